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

// search tries forms of the body with keys and constructions. Each of them has a rank, which is how far it lies from what is right; what
// has the smallest sum is tried first, so that what is found is the plainest explanation.
type search struct {
	ctx     context.Context //nolint:containedctx // one call's
	c       Case
	wanted  []candidate
	fit     []algorithm
	all     []key
	forms   []form
	byRank  map[int][]*digester // made once, used for every form
	work    int64               // what is left of it
	spent   int64
	cut     bool
	read    bool // the body was read as JSON
	written int  // how many forms were tried
	points  int  // how many places the body was cut at
}

// The last rank that is tried, and that of cutting the body short.
const (
	lastRank = 5
	cutRank  = 3
)

// perSum is what making a digest takes beside the body's bytes, as bytes hashed.
const perSum = 256

func newSearch(ctx context.Context, c Case) *search {
	s := &search{ctx: ctx, c: c, wanted: candidates(c.Header), all: keys(c.Secrets), byRank: map[int][]*digester{}, work: c.Work}
	if s.work <= 0 {
		s.work = DefaultWork
	}
	s.fit = fitting(s.wanted)
	return s
}

// run returns what the first match says, or nil.
func (s *search) run() []webhook.Finding {
	if len(s.wanted) == 0 {
		return nil
	}
	s.forms = plainForms(s.c.Header, s.c.Body)
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
				s.cut = true
				return nil
			}
		}
	}
	return nil
}

// readJSON adds the forms that take a parser.
func (s *search) readJSON() {
	body := bytes.TrimPrefix(s.c.Body, []byte(bom))
	if !s.spend(8 * int64(len(body))) {
		return
	}
	if d, err := jsontext.Read(body); err == nil {
		s.read = true
		s.forms = append(s.forms, writtenForms(d)...)
	}
	s.forms = append(s.forms, quotedForms(body)...)
}

// spend takes work off what is left, and reports whether there was enough.
func (s *search) spend(work int64) bool {
	if work > s.work {
		s.cut = true
		return false
	}
	s.work -= work
	s.spent += work
	return true
}

// digesters is what is tried of a rank: each algorithm that fits, with each key of that rank, and what is made without an HMAC.
func (s *search) digesters(rank int) []*digester {
	if made, ok := s.byRank[rank]; ok {
		return made
	}
	var all []*digester
	for _, a := range s.fit {
		for i := range s.all {
			k := &s.all[i]
			if k.rank == rank {
				all = append(all, newDigester(a, keyed, k))
			}
			if rank == 3 && k.rank == 0 && len(k.value) > 0 {
				all = append(all, newDigester(a, before, k), newDigester(a, behind, k), newDigester(a, swapped, k))
			}
		}
		if rank == 1 {
			all = append(all, newDigester(a, plain, nil))
		}
	}
	s.byRank[rank] = all
	return all
}

// errSpent ends a form that turns out to take more than is left.
var errSpent = errors.New("the work that was allowed is done")

// fan writes to every digester at once.
type fan struct {
	s  *search
	to []*digester
}

func (f fan) Write(p []byte) (int, error) {
	if f.s.ctx.Err() != nil || !f.s.spend(int64(len(p))*int64(len(f.to))) {
		return 0, errSpent
	}
	for _, d := range f.to {
		d.write(p)
	}
	return len(p), nil
}

// try makes the digests of one form and returns what a match says, or nil.
func (s *search) try(f form, rank int) []webhook.Finding {
	to := s.digesters(rank)
	if len(to) == 0 {
		return nil
	}
	n := int64(len(to))
	if f.size*n > s.work {
		s.cut = true
		return nil
	}
	if !s.spend(f.extra + n*perSum*int64(1+len(f.tails))) {
		return nil
	}
	for _, d := range to {
		d.reset()
	}
	if f.write(fan{s, to}) != nil {
		return nil
	}
	if rank == 0 {
		s.written += 1 + len(f.tails)
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

// compare looks for a digest among what the header holds.
func (s *search) compare(d *digester, f form, t tail) []webhook.Finding {
	var sum [64]byte
	made, ok := d.sum(sum[:0], t.text)
	if !ok {
		return nil
	}
	var digits [128]byte
	shown := digits[:hex.Encode(digits[:], made)]
	for i := range s.wanted {
		odd, ok := s.wanted[i].match(shown)
		if !ok {
			continue
		}
		all := explain(d, s.wanted[i], odd)
		if t.text != "" {
			all = append(all, found(CodeNewlineAdded, t.says))
		}
		if f.odd != nil {
			all = append(all, f.odd()...)
		}
		return all
	}
	return nil
}

// explain says what is odd about a digest that matches: the secret first, then the header, the algorithm, and what became of the key.
func explain(d *digester, c candidate, odd []webhook.Finding) []webhook.Finding {
	var all []webhook.Finding
	if d.key != nil && d.how != plain && !d.key.known.InUse {
		f := found(CodeOtherSecret, d.key.known.Name)
		if d.key.known.Fix != "" {
			f.Fix = d.key.known.Fix
		}
		all = append(all, f)
	}
	for _, f := range odd {
		if f.Code != CodePrefix || d.isRight() || !d.isNamed(c.prefix) { // to name what was used is right
			all = append(all, f)
		}
	}
	switch d.how {
	case plain:
		return append(all, found(CodePlainHash, d.name))
	case before, behind:
		return append(all, found(CodeJoined, d.name))
	case swapped:
		all = append(all, found(CodeSwapped))
	}
	if !d.isRight() {
		all = append(all, found(CodeAlgorithm, d.hmac()))
	}
	return append(all, d.key.odd...)
}

// cutShort tries the body's beginnings. The state of an HMAC can go on after its digest was taken, so that one pass makes them all.
func (s *search) cutShort() []webhook.Finding {
	const digesterLimit = 2
	for _, d := range s.digesters(0)[:min(digesterLimit, len(s.digesters(0)))] {
		d.reset()
		from := 0
		for to := 1; to < len(s.c.Body); to++ {
			if !isCutPoint(to, len(s.c.Body)) {
				continue
			}
			if !s.spend(int64(to-from)+perSum) || s.ctx.Err() != nil {
				return nil
			}
			d.write(s.c.Body[from:to])
			from = to
			s.points++
			whole := form{odd: func() []webhook.Finding { return []webhook.Finding{found(CodeBodyCut, bytesOf(to, len(s.c.Body)))} }}
			if found := s.compare(d, whole, tail{}); found != nil {
				return found
			}
		}
	}
	return nil
}

func bytesOf(n, of int) string { return fmt.Sprintf("%d of its %d bytes", n, of) }

// isCutPoint picks the places where a body may have been cut: each at its beginning and near its end, and between them the round ones,
// where buffers and limits end.
func isCutPoint(at, size int) bool {
	const each = 16 << 10
	return at <= each || size-at <= 1<<10 || at%1024 == 0 || at%1000 == 0
}

// tried says what was tried, for where nothing was found.
func (s *search) tried() []string {
	if len(s.wanted) == 0 {
		return nil
	}
	var names []string
	for _, a := range s.fit {
		names = append(names, a.hmac())
	}
	secrets := 0
	for _, k := range s.c.Secrets {
		if k.Secret.IsSet() {
			secrets++
		}
	}
	all := []string{
		fmt.Sprintf("%s in %d forms", count(secrets, "secret"), len(s.all)),
		list(names) + ", and hashes without a key",
		"the body in " + count(s.written, "form"),
	}
	if s.read {
		all[2] += ", among them as Node, Python, Go, PHP and Ruby write it again"
	}
	if s.points > 0 {
		all = append(all, "the body cut short at "+count(s.points, "place"))
	}
	if s.cut {
		all = append(all, "not everything, since the body is large")
	}
	return all
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
