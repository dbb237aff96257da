package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store/encoding"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// oddities are texts that are hard to search: case in several scripts, invalid UTF-8, NUL, quotes, the separator of a header's name and
// value, and the wildcards of LIKE and GLOB.
func oddities() []string {
	return []string{
		"job_9bn2ze", "JOB_9BN2ZE", "é", "É", "straße", "STRASSE", "k", "\u212a", "ſ", "s", "ΟΔΥΣΣΕΥΣ", "οδυσσεύς", "\xff", "\xc3", "\xa9", "\x00", "a\x00b",
		": ", ":", " ", ",", `"`, `\`, "%", "_", "*", "?", "[x]", "-", "'", "日本", "\ufffd", "\u00a0", "aab", "aaa", "Content-Type", "json", "render",
	}
}

// maker makes random deliveries and filters.
type maker struct {
	*rand.Rand
	src *source
}

func newMaker(seed uint64) *maker {
	return &maker{Rand: rand.New(rand.NewPCG(seed, seed)), src: newSource(byte(seed))}
}

func pick[T any](m *maker, from []T) T { return from[m.IntN(len(from))] }

func (m *maker) words(most int) string {
	var b strings.Builder
	for range m.IntN(most + 1) {
		b.WriteString(pick(m, oddities()))
	}
	return b.String()
}

func (m *maker) event() string {
	if m.IntN(3) == 0 {
		return m.words(2)
	}
	return pick(m, webhook.Events()).Name
}

// delivery records a random delivery with some attempts.
func (m *maker) delivery(t testing.TB, l *Log, before []webhook.ID) webhook.ID {
	d := m.src.next(func(d *webhook.Delivery) {
		d.Event, d.About, d.Body = m.event(), m.words(3), []byte(m.words(20))
		d.Origin = pick(m, []webhook.Origin{webhook.OriginTunnel, webhook.OriginLocal, webhook.OriginTrigger})
		d.Verdict = pick(m, []webhook.Verdict{webhook.VerdictValid, webhook.VerdictInvalid, webhook.VerdictMissing})
		d.Header = webhook.Header{{Name: "Host", Value: m.words(2)}, {Name: "Content-Type", Value: m.words(3)}, {Name: m.words(1), Value: m.words(1)}}
		d.Path, d.Query, d.Host = m.words(1), m.words(2), m.words(1)
		d.Probe, d.Met = m.IntN(8) == 0, m.IntN(8) == 0
		d.ReceivedAt = start.Add(time.Duration(m.IntN(20)) * 500 * time.Millisecond)
		switch m.IntN(8) {
		case 0:
			d.Status = pick(m, []webhook.Status{webhook.StatusRejected, webhook.StatusSkipped})
		case 1:
			if len(before) > 0 {
				d.Origin, d.ReplayOf = webhook.OriginReplay, pick(m, before)
			}
		case 2: // a large body, with a text across the boundary of two parts
			d.Body = slices.Repeat([]byte("."), encoding.PartBytes*(1+m.IntN(2)))
			d.Body = append(d.Body[:len(d.Body)-m.IntN(8)], m.words(10)...)
		}
	})
	record(t, l, d)
	if d.Status == webhook.StatusPending {
		for range m.IntN(4) {
			attempt(t, l, d.ID, m.attempt())
		}
	}
	return d.ID
}

func (m *maker) attempt() webhook.Attempt {
	a := webhook.Attempt{
		Target: pick(m, []string{"http://localhost:3000/" + m.words(2), "http://localhost:4000"}), StartedAt: start,
		Duration: time.Duration(m.IntN(5)) * 500 * time.Millisecond, URL: m.words(1),
	}
	if m.IntN(3) == 0 {
		a.Failure = pick(m, []webhook.Failure{webhook.FailureTimeout, webhook.FailureRefused, webhook.FailureTLS})
		a.Error = m.words(4)
		return a
	}
	a.Code = pick(m, []int{200, 204, 302, 401, 404, 500, 503})
	a.Header = webhook.Header{{Name: "Content-Type", Value: m.words(2)}}
	a.Response = []byte(m.words(6))
	return a
}

// filter returns a random filter built from texts in the deliveries, so it matches some of them.
func (m *maker) filter(deliveries []webhook.Delivery) string {
	var terms []string
	for range 1 + m.IntN(3) {
		term := m.term(pick(m, deliveries))
		if m.IntN(4) == 0 {
			term = "-" + term
		}
		terms = append(terms, term)
	}
	return strings.Join(terms, " ")
}

func (m *maker) term(d webhook.Delivery) string {
	k := pick(m, append(filter.Keys(), filter.KeyInfo{}, filter.KeyInfo{}, filter.KeyInfo{})).Key
	if k == filter.Free {
		return quoted(m.text(d))
	}
	var values []string
	for range 1 + m.IntN(2) {
		values = append(values, m.value(k, d))
	}
	if k == filter.Since || k == filter.Until {
		values = values[:1]
	}
	return string(k) + ":" + strings.Join(values, ",")
}

func (m *maker) value(k filter.Key, d webhook.Delivery) string {
	number := func(n int64) string { return pick(m, []string{">", ">=", "<", "<=", "="}) + fmt.Sprint(max(0, n)) }
	switch k {
	case filter.Event:
		return pick(m, []string{quoted(d.Event), quoted(m.glob(d.Event)), "render.*", "*.failed", `""`})
	case filter.Status:
		return pick(m, []string{string(d.Status), "failed", "pending", "refused"})
	case filter.Verdict:
		return string(d.Verdict)
	case filter.Origin:
		return string(d.Origin)
	case filter.Code:
		return pick(m, []string{"2xx", "5xx", "0", number(int64(d.Code))})
	case filter.Took:
		return pick(m, []string{">", ">=", "<", "<="}) + fmt.Sprintf("%dms", d.Duration.Milliseconds())
	case filter.Size:
		return number(d.BodyBytes)
	case filter.Attempts:
		return number(int64(d.Attempts))
	case filter.Since, filter.Until:
		return d.ReceivedAt.Add(time.Duration(m.IntN(3)-1) * time.Microsecond).Format(time.RFC3339Nano)
	case filter.ID:
		return string(d.ID[:len(webhook.IDPrefix)+1+m.IntN(10)])
	default:
		return quoted(m.text(d))
	}
}

// glob replaces parts of a name with stars.
func (m *maker) glob(name string) string {
	from := m.IntN(len(name) + 1)
	to := from + m.IntN(len(name)-from+1)
	return name[:from] + "*" + name[to:]
}

// text returns a random part of the delivery's data, or an oddity.
func (m *maker) text(d webhook.Delivery) string {
	sources := []string{d.Event, string(d.ID), d.About, d.Target, string(d.Body[max(0, len(d.Body)-40):]), m.words(2)}
	for _, f := range d.Header {
		sources = append(sources, f.Name+": "+f.Value)
	}
	for _, a := range d.History {
		sources = append(sources, a.Target, a.Error, string(a.Response))
	}
	s := pick(m, sources)
	from := m.IntN(len(s) + 1)
	if s = s[from : from+m.IntN(len(s)-from+1)]; s == "" {
		return "o"
	}
	return pick(m, []string{s, strings.ToUpper(s), strings.ToLower(s)})
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// oddLog is a log of random deliveries, with all of them in order.
func oddLog(t testing.TB, seed uint64, count int) (*Log, *maker, []webhook.Delivery) {
	t.Helper()
	l, m := openLog(t, t.TempDir(), Options{}), newMaker(seed)
	var made []webhook.ID
	for range count {
		made = append(made, m.delivery(t, l, made))
	}
	var all []webhook.Delivery
	err := l.Reader().Each(context.Background(), Query{Probes: true}, func(d webhook.Delivery) error {
		all = append(all, d)
		return nil
	})
	if err != nil || len(all) != count {
		t.Fatalf("%d of %d deliveries are in the log: %v", len(all), count, err)
	}
	return l, m, all
}

func TestSQLSelectsTheDeliveriesThatTheFilterMatches(t *testing.T) {
	t.Parallel()
	rounds := 150 // per seed; the fuzz target tries more
	if testing.Short() {
		rounds = 50
	}
	telling := 0
	for seed := range uint64(3) {
		l, m, all := oddLog(t, seed+1, 50)
		for range rounds {
			text := m.filter(all)
			f, err := filter.Parse(text, start, time.UTC)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if n := sameSelection(t, l.Reader(), f, all); n > 0 && n < len(all) {
				telling++
			}
		}
	}
	if telling < rounds {
		t.Errorf("only %d of %d filters select some deliveries and not others, want more", telling, 3*rounds)
	}
}

// sameSelection checks that all queries select the deliveries that the filter matches, and returns their number.
func sameSelection(t *testing.T, r *Reader, f filter.Filter, all []webhook.Delivery) int {
	t.Helper()
	want := make([]webhook.ID, 0, len(all))
	for _, d := range all {
		if f.Match(&d) {
			want = append(want, d.ID)
		}
	}
	q := Query{Filter: f, Probes: true}
	if diff := cmp.Diff(want, list(t, r, q)); diff != "" {
		t.Fatalf("List of %s (-matched in memory +listed):\n%s", f, diff)
	}
	if n, err := r.Count(context.Background(), q); err != nil || n != len(want) {
		t.Fatalf("Count of %s: got %d, %v, want %d", f, n, err, len(want))
	}
	w, err := r.Window(context.Background(), q, Newest(), len(all), 0)
	if err != nil || len(w.Rows) != len(want) || w.Older || w.Newer {
		t.Fatalf("Window of %s: got %d rows and %v, want %d", f, len(w.Rows), err, len(want))
	}
	changes, err := r.ChangesOf(context.Background(), q, 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if c.Matches != slices.Contains(want, c.Summary.ID) {
			t.Fatalf("ChangesOf %s: %s matches: %v, want %v", f, c.Summary.ID, c.Matches, !c.Matches)
		}
	}
	return len(want)
}

// FuzzSQLSelectsTheDeliveriesThatTheFilterMatches does the same with fuzzed filters.
func FuzzSQLSelectsTheDeliveriesThatTheFilterMatches(f *testing.F) {
	for _, s := range []string{"event:render.* -code:5xx é", `"a\x00b" header:": "`, "id:a,b took:>1s", "-status:failed answer:ſ"} {
		f.Add(s)
	}
	l, _, all := oddLog(f, 1, 30)
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := filter.Parse(text, start, time.UTC)
		if err != nil {
			return
		}
		sameSelection(t, l.Reader(), parsed, all)
	})
}

func TestVeryLongFilter(t *testing.T) {
	t.Parallel()
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	d := src.next()
	record(t, l, d)
	ids := make([]string, 600)
	for i := range ids {
		ids[i] = "b"
	}
	ids[599] = string(d.ID)
	if got := list(t, l.Reader(), where("id:"+strings.Join(ids, ","))); len(got) != 1 {
		t.Errorf("600 alternatives: got %v, want the one delivery", got)
	}
	if got := list(t, l.Reader(), where(strings.Repeat("-id:bbbbbbbbbb ", 600))); len(got) != 1 {
		t.Errorf("600 terms: got %v, want the one delivery", got)
	}
}
