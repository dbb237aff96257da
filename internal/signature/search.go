package signature

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// search tries combinations of a form of the body, a key and a construction. Each of them has a rank, which tells how unlikely it is. The
// smallest sum of ranks is tried first, so the result is the simplest explanation.
type search struct {
	ctx        context.Context // of one call
	request    Case
	candidates []candidate
	algorithms []algorithm
	keys       []key
	forms      []form
	byRank     map[int][]*digester // computed once and used for every form
	budget     int64               // the remaining work budget
	spent      int64
	exhausted  bool
	isJSON     bool // the body is valid JSON
	formCount  int  // number of forms that were tried
	cutCount   int  // number of positions at which the body was truncated
}

// The highest rank that is tried, and the rank of truncated bodies.
const (
	lastRank = 5
	cutRank  = 3
)

// digestCost is the cost of a digest in addition to the body's bytes, in bytes hashed.
const digestCost = 256

func newSearch(ctx context.Context, c Case) *search {
	s := &search{ctx: ctx, request: c, candidates: candidates(c.Header), keys: keys(c.Secrets), byRank: map[int][]*digester{}, budget: c.Work}
	if s.budget <= 0 {
		s.budget = DefaultWork
	}
	s.algorithms = fittingAlgorithms(s.candidates)
	return s
}

// run returns the findings of the first match, or nil.
func (s *search) run() []webhook.Finding {
	if len(s.candidates) == 0 {
		return nil
	}
	s.forms = rawForms(s.request.Header, s.request.Body)
	for sum := 0; sum <= lastRank; sum++ {
		if sum == rankDefault {
			s.readJSON()
		}
		if sum == cutRank {
			if f := s.cutShort(); f != nil {
				return f
			}
		}
		for _, f := range s.forms {
			if f.rank > sum {
				continue
			}
			if found := s.try(f, sum-f.rank); found != nil {
				return found
			}
			if s.ctx.Err() != nil {
				s.exhausted = true
				return nil
			}
		}
	}
	return nil
}

// readJSON adds the forms that need a JSON parser.
func (s *search) readJSON() {
	body := bytes.TrimPrefix(s.request.Body, []byte(bom))
	if !s.spend(8 * int64(len(body))) {
		return
	}
	if d, err := jsontext.Read(body); err == nil {
		s.isJSON = true
		s.forms = append(s.forms, reserializedForms(d)...)
	}
	s.forms = append(s.forms, quotedForms(body)...)
}

// spend subtracts work from the budget. It reports whether the budget was sufficient.
func (s *search) spend(work int64) bool {
	if work > s.budget {
		s.exhausted = true
		return false
	}
	s.budget -= work
	s.spent += work
	return true
}

// digesters returns the digesters of a rank: each possible algorithm with each key of the rank, and constructions without HMAC.
func (s *search) digesters(rank int) []*digester {
	if made, ok := s.byRank[rank]; ok {
		return made
	}
	var all []*digester
	for _, a := range s.algorithms {
		for i := range s.keys {
			k := &s.keys[i]
			if k.rank == rank {
				all = append(all, newDigester(a, hmacOfBody, k))
			}
			if rank == 3 && k.rank == 0 && len(k.value) > 0 {
				all = append(all, newDigester(a, hashOfSecretAndBody, k), newDigester(a, hashOfBodyAndSecret, k), newDigester(a, hmacOfSecret, k))
			}
		}
		if rank == 1 {
			all = append(all, newDigester(a, hashOfBody, nil))
		}
	}
	s.byRank[rank] = all
	return all
}

// errBudget stops a form that needs more work than the budget allows.
var errBudget = errors.New("the work budget is used up")

// multiWriter writes to several digesters.
type multiWriter struct {
	s  *search
	to []*digester
}

func (f multiWriter) Write(p []byte) (int, error) {
	if f.s.ctx.Err() != nil || !f.s.spend(int64(len(p))*int64(len(f.to))) {
		return 0, errBudget
	}
	for _, d := range f.to {
		d.write(p)
	}
	return len(p), nil
}

// try computes the digests of one form. It returns the findings of a match, or nil.
func (s *search) try(f form, rank int) []webhook.Finding {
	to := s.digesters(rank)
	if len(to) == 0 {
		return nil
	}
	n := int64(len(to))
	if f.size*n > s.budget {
		s.exhausted = true
		return nil
	}
	if !s.spend(f.cost + n*digestCost*int64(1+len(f.tails))) {
		return nil
	}
	for _, d := range to {
		d.reset()
	}
	if f.write(multiWriter{s, to}) != nil {
		return nil
	}
	if rank == 0 {
		s.formCount += 1 + len(f.tails)
	}
	for _, d := range to {
		for _, t := range append([]tail{{}}, f.tails...) {
			if found := s.compare(d, f, t); found != nil {
				return found
			}
		}
	}
	return nil
}

// compare compares a digest with the candidates. It returns the findings of a match, or nil.
func (s *search) compare(d *digester, f form, t tail) []webhook.Finding {
	var sum [64]byte
	made, ok := d.sum(sum[:0], t.text)
	if !ok {
		return nil
	}
	var digits [128]byte
	shown := digits[:hex.Encode(digits[:], made)]
	for i := range s.candidates {
		findings, ok := s.candidates[i].match(shown)
		if !ok {
			continue
		}
		all := explain(d, s.candidates[i], findings)
		if t.text != "" {
			all = append(all, newFinding(CodeNewlineAdded, t.name))
		}
		if f.findings != nil {
			all = append(all, f.findings()...)
		}
		return all
	}
	return nil
}

// explain returns the findings for a matching digest: the secret first, then the header, the algorithm and the key.
func explain(d *digester, c candidate, headerFindings []webhook.Finding) []webhook.Finding {
	var all []webhook.Finding
	if d.key != nil && d.construction != hashOfBody && !d.key.known.InUse {
		f := newFinding(CodeOtherSecret, d.key.known.Name)
		if d.key.known.Fix != "" {
			f.Fix = d.key.known.Fix
		}
		all = append(all, f)
	}
	for _, f := range headerFindings {
		if f.Code != CodePrefix || d.isVidiking() || !d.isNamedBy(c.prefix) { // it is correct to name the algorithm that was used
			all = append(all, f)
		}
	}
	switch d.construction {
	case hashOfBody:
		return append(all, newFinding(CodePlainHash, d.name))
	case hashOfSecretAndBody, hashOfBodyAndSecret:
		return append(all, newFinding(CodeJoined, d.name))
	case hmacOfSecret:
		all = append(all, newFinding(CodeSwapped))
	}
	if !d.isVidiking() {
		all = append(all, newFinding(CodeAlgorithm, d.hmac()))
	}
	return append(all, d.key.findings...)
}

// cutShort tries truncated bodies. One pass computes all digests, because an HMAC can continue after its digest was taken.
func (s *search) cutShort() []webhook.Finding {
	const digesterLimit = 2
	for _, d := range s.digesters(0)[:min(digesterLimit, len(s.digesters(0)))] {
		d.reset()
		from := 0
		for to := 1; to < len(s.request.Body); to++ {
			if !isCutPoint(to, len(s.request.Body)) {
				continue
			}
			if !s.spend(int64(to-from)+digestCost) || s.ctx.Err() != nil {
				return nil
			}
			d.write(s.request.Body[from:to])
			from = to
			s.cutCount++
			whole := form{findings: func() []webhook.Finding {
				return []webhook.Finding{newFinding(CodeBodyCut, cutOf(to, len(s.request.Body)))}
			}}
			if found := s.compare(d, whole, tail{}); found != nil {
				return found
			}
		}
	}
	return nil
}

func cutOf(n, of int) string { return fmt.Sprintf("%d of %d bytes", n, of) }

// isCutPoint selects the positions at which a body may have been truncated: all near its beginning and its end, and between them the round
// numbers where buffers and limits end.
func isCutPoint(at, size int) bool {
	const each = 16 << 10
	return at <= each || size-at <= 1<<10 || at%1024 == 0 || at%1000 == 0
}

// tried describes what was tried, for a diagnosis without a match.
func (s *search) tried() []string {
	if len(s.candidates) == 0 {
		return nil
	}
	var names []string
	for _, a := range s.algorithms {
		names = append(names, a.hmac())
	}
	secrets := 0
	for _, k := range s.request.Secrets {
		if k.Secret.IsSet() {
			secrets++
		}
	}
	all := []string{
		fmt.Sprintf("%s in %d variants", count(secrets, "secret"), len(s.keys)),
		join(names) + ", and hashes without a key",
		"the body in " + count(s.formCount, "form"),
	}
	if s.isJSON {
		all[2] += ", including how Node, Python, Go, PHP and Ruby re-serialize it"
	}
	if s.cutCount > 0 {
		all = append(all, "the body truncated at "+count(s.cutCount, "position"))
	}
	if s.exhausted {
		all = append(all, "not everything, because the body is large")
	}
	return all
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
