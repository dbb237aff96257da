package conformance

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// shop is a handler that does something for each delivery. It counts what it has done.
type shop struct {
	mu      sync.Mutex
	seen    map[string]bool
	n       int
	process func(s *shop, body []byte, signed bool)
	fail    error
}

func (s *shop) Count(context.Context) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n, s.fail
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := bodyOf(r)
	s.mu.Lock()
	s.process(s, body, isSigned(r, body))
	s.mu.Unlock()
	testkit.VerifyEither(secret).ServeHTTP(w, r)
}

// isNew reports whether a delivery of the job was not seen before.
func (s *shop) isNew(body []byte) bool {
	key := webhook.Describe(body).Job
	isNew := !s.seen[key]
	s.seen[key] = true
	return isNew
}

func TestEffectsOfDuplicatesRetriesAndOrderAreChecked(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		process func(s *shop, body []byte, signed bool)
		id      string // the case that finds the mistake; empty: none
		message string
	}{
		{"correct", func(s *shop, b []byte, signed bool) {
			if signed && s.isNew(b) {
				s.n++
			}
		}, "", ""},
		{"each delivery counts", func(s *shop, b []byte, signed bool) {
			if signed && webhook.Describe(b).Event == webhook.EventRenderComplete {
				s.n++
			}
		}, "dup.same", "has 7 effects of one delivery that was sent seven times"},
		{"seen before it is verified", func(s *shop, b []byte, signed bool) {
			if s.isNew(b) && signed {
				s.n++
			}
		}, "dup.retry-after-fail", "has 0 effects of a delivery that was accepted at its second try"},
		{"a late event undoes an effect", func(s *shop, b []byte, signed bool) {
			switch {
			case signed && webhook.Describe(b).Event == webhook.EventRenderQueued:
				s.n--
			case signed && s.isNew(b):
				s.n++
			}
		}, "order.reversed", "undoes an effect of render.complete when render.queued arrives late: 4, then 3"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := &shop{seen: map[string]bool{}, process: tc.process}
			o := options()
			o.Effects, o.Strict, o.Only = s, true, []string{"dup.same", "dup.retry-after-fail", "order.reversed"}
			var got []string
			for _, r := range test(t, o, s).Results {
				if r.Verdict != Pass {
					got = append(got, r.ID+" "+r.Message)
				}
			}
			if want := strings.TrimSpace(tc.id + " " + tc.message); strings.Join(got, "\n") != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestACountThatFailsEndsTheRun(t *testing.T) {
	t.Parallel()
	broken := errors.New("no such table")
	s := &shop{seen: map[string]bool{}, process: func(*shop, []byte, bool) {}, fail: broken}
	o := options()
	o.Effects, o.Only = s, []string{"dup.same"}
	if _, err := Run(t.Context(), o, newDirect(t, testkit.Serve(t, s).Addr())); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

func TestWithoutACountEffectsAreNotObservable(t *testing.T) {
	t.Parallel()
	o := options()
	o.Only = []string{"dup.same"}
	r := test(t, o, testkit.VerifyEither(secret))
	if last := r.Results[len(r.Results)-1]; !slices.Contains(last.Notes, notObservable) {
		t.Errorf("got notes %q", last.Notes)
	}
}
