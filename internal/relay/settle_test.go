package relay

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// again is a relay in a synctest bubble, whose one delivery is in the log and is still to be sent.
func again(change func(*Options), answer func(ctx context.Context, n int) webhook.Attempt) (*Relay, *memory, *faultyLog) {
	log := &memory{}
	faulty := &faultyLog{Log: log, Backlog: log}
	n := 0 // attempts are made one at a time
	sender := &scripted{
		send: func(ctx context.Context, _ []byte) webhook.Attempt {
			n++
			a := answer(ctx, n)
			a.StartedAt = time.Now()
			return a
		},
		reachable: func(context.Context) error { return nil },
	}
	target, _ := dispatch.ParseTarget("localhost:3000", "/")
	o := Options{Sender: sender, Routes: To(target), Log: faulty, Backlog: faulty, Now: time.Now}
	change(&o)
	log.delivery.ID = "dlv_0"
	return New(o), log, faulty
}

func withHold(o *Options)  { o.Hold = true }
func withRetry(o *Options) { o.Retry = &dispatch.Schedule{} }

// resume sends the delivery of again as one that an earlier session left.
func resume(r *Relay) {
	d := store.Due{ID: "dlv_0", Target: r.outlets[0].target.String()}
	if !r.o.Hold {
		d.At, d.Tries = time.Now(), 1
	}
	r.Resume([]store.Due{d})
}

func TestAnAnswerThatComesWithTheAbortIsRecorded(t *testing.T) {
	for name, change := range map[string]func(*Options){"held": withHold, "tried again": withRetry} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var r *Relay
				r, log, _ := again(change, func(context.Context, int) webhook.Attempt {
					r.Abort()
					return webhook.Attempt{Code: http.StatusOK}
				})
				resume(r)
				r.later.Wait()
				r.Close()
				if d := log.delivery; len(d.History) != 1 || d.Status != webhook.StatusDelivered || log.due != nil {
					t.Errorf("recorded %+v, due %+v; want the 200, and nothing due", d.History, log.due)
				}
			})
		})
	}
}

func TestAnAttemptThatTheAbortCutsIsRecordedAndStillDue(t *testing.T) {
	for name, change := range map[string]func(*Options){"held": withHold, "tried again": withRetry} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, log, _ := again(change, func(ctx context.Context, _ int) webhook.Attempt {
					<-ctx.Done()
					return webhook.Attempt{Failure: webhook.FailureCanceled}
				})
				resume(r)
				synctest.Wait()
				r.Abort()
				r.Close()
				if d := log.delivery; len(d.History) != 1 || d.Failure != "" && d.Failure != webhook.FailureCanceled {
					t.Errorf("recorded %+v, want one canceled attempt: the handler may have received it", d.History)
				}
				if len(log.due) != 1 || log.due[0].At.IsZero() != r.o.Hold {
					t.Errorf("due %+v, want the delivery once more", log.due)
				}
				if want := map[bool]int{true: 1}[r.o.Hold]; r.Held() != want {
					t.Errorf("%d are held, want %d", r.Held(), want)
				}
			})
		})
	}
}

func TestADeliveryThatCannotBeReadIsKeptUntilItCan(t *testing.T) {
	for name, change := range map[string]func(*Options){"held": withHold, "tried again": withRetry} {
		for _, fault := range []error{store.ErrBusy, store.ErrReadOnly, store.ErrCorrupt, errors.New("anything else")} {
			t.Run(name+", "+fault.Error(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					told := &notices{}
					r, log, faulty := again(func(o *Options) { change(o); o.Notify = told.add }, func(context.Context, int) webhook.Attempt {
						return webhook.Attempt{Code: http.StatusOK}
					})
					faulty.get.Store(failingOn(func() error { return fault }, 1, 2, 3))
					resume(r)
					pass(time.Minute)
					if log.delivery.Status != webhook.StatusDelivered || len(log.delivery.History) != 1 || r.Held() != 0 {
						t.Errorf("%s with %d attempts, %d held; want delivered with one, none held", log.delivery.Status, len(log.delivery.History), r.Held())
					}
					if got := told.of(NoticeNotRead); len(got) != 1 || !errors.Is(got[0].Err, fault) {
						t.Errorf("told %+v, want %v once", got, fault)
					}
					r.Close()
				})
			})
		}
	}
}

func TestADeliveryThatIsGoneIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := &notices{}
		r, log, faulty := again(func(o *Options) { withHold(o); o.Notify = told.add }, func(context.Context, int) webhook.Attempt {
			return webhook.Attempt{Code: http.StatusOK}
		})
		faulty.get.Store(failing(&store.NotFoundError{Typed: "dlv_0"}))
		resume(r)
		r.later.Wait()
		if r.Held() != 0 || len(log.delivery.History) != 0 || len(told.all) != 0 {
			t.Errorf("%d held, %d sent, told %+v; want nothing: it was pruned", r.Held(), len(log.delivery.History), told.all)
		}
		r.Close()
	})
}

func TestAHeldDeliveryThatCannotBeReadWhenTheSessionEndsStaysHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, faulty := again(withHold, nil)
		faulty.get.Store(failing(store.ErrBusy))
		resume(r)
		synctest.Wait()
		r.Close()
		if r.Held() != 1 || len(log.delivery.History) != 0 {
			t.Errorf("%d held, %d sent; want it held for the next session", r.Held(), len(log.delivery.History))
		}
	})
}

func TestARetryGoesOnIfAnAttemptCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, faulty := again(withRetry, func(_ context.Context, n int) webhook.Attempt {
			return webhook.Attempt{Code: []int{500, 500, 200}[n-1]}
		})
		faulty.add.Store(failingOn(func() error { return store.ErrFull }, 1))
		d := &recorded{}
		d.ID = "dlv_0"
		_, err := r.outcome(t.Context(), d, r.send(t.Context(), d))
		if !errors.Is(err, store.ErrFull) {
			t.Errorf("the first attempt: got %v, want ErrFull", err)
		}
		pass(time.Hour)
		if got := log.delivery; got.Status != webhook.StatusDelivered || len(got.History) != 2 {
			t.Errorf("%s with %+v, want the two retries of which the second was delivered", got.Status, got.History)
		}
		r.Close()
	})
}

func TestABusyLogIsNoErrorOfTheAttempt(t *testing.T) {
	handler := testkit.Serve(t, testkit.Answer(http.StatusTeapot, "no"))
	r, log := startFaulty(t, handler.URL())
	log.add.Store(failingOn(busy, 1))
	out, err := r.Deliver(t.Context(), arrived(sampleBody, webhook.OriginTrigger, ""))
	if err != nil || out.Delivery.Status != webhook.StatusRefused {
		t.Errorf("got %s, %v; want refused and no error: the log writes the attempt later", out.Delivery.Status, err)
	}
}

func TestABugInARetryIsItsResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := &notices{}
		r, log, _ := again(func(o *Options) { withHold(o); o.Notify = told.add }, func(context.Context, int) webhook.Attempt {
			panic("a bug for the test")
		})
		resume(r)
		r.later.Wait()
		if d := log.delivery; len(d.History) != 1 || !isBug(d.History[0]) || log.due != nil || r.Held() != 0 {
			t.Errorf("recorded %+v, due %+v, %d held; want one failed attempt, and nothing due", d.History, log.due, r.Held())
		}
		if got := told.of(NoticePanic); len(got) != 1 {
			t.Errorf("told of %v, want one panic", got)
		}
		r.Close()
	})
}

// staleFirst is a Sender whose first send meets a stale connection.
type staleFirst struct {
	Sender
	sends int
}

func (s *staleFirst) Send(ctx context.Context, t dispatch.Target, h webhook.Header, body []byte) dispatch.Result {
	result := s.Sender.Send(ctx, t, h, body)
	if s.sends++; s.sends == 1 {
		result.Stale = &webhook.Attempt{Target: t.String(), StartedAt: result.StartedAt, Failure: webhook.FailureStale}
	}
	return result
}

func TestAStaleAttemptIsRecordedAndIsNoRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, _ := again(func(o *Options) { withRetry(o); o.Sender = &staleFirst{Sender: o.Sender} }, func(_ context.Context, n int) webhook.Attempt {
			return webhook.Attempt{Code: []int{500, 200}[n-1]}
		})
		defer r.Close()
		began := time.Now()
		d := &recorded{}
		d.ID = "dlv_0"
		out, err := r.outcome(t.Context(), d, r.send(t.Context(), d))
		if err != nil || out.Attempt.Code != 500 || out.Attempt.N != 2 || len(out.Attempts) != 2 || out.Attempts[0].Failure != webhook.FailureStale {
			t.Errorf("got %+v, %v; want the stale attempt and the 500", out.Attempts, err)
		}
		log.mu.Lock() // from the retry
		if len(log.due) != 1 || log.due[0].Tries != 1 || log.due[0].At.Sub(began) != 30*time.Second {
			t.Errorf("due %+v, want the first retry after 30 s", log.due)
		}
		log.mu.Unlock()
		pass(time.Minute)
		if got := r.Tally().Counts(); got.Delivered != 1 || got.Unreachable != 0 || len(log.delivery.History) != 3 {
			t.Errorf("counted %+v, recorded %+v; want one delivered, after three attempts", got, log.delivery.History)
		}
	})
}

func TestAStaleAttemptAtAHandlerThatIsGoneIsRecordedAndHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, _ := again(func(o *Options) { withHold(o); o.Sender = &staleFirst{Sender: o.Sender} }, func(_ context.Context, n int) webhook.Attempt {
			if n == 1 {
				return webhook.Attempt{Failure: webhook.FailureRefused}
			}
			return webhook.Attempt{Code: http.StatusOK}
		})
		defer r.Close()
		d := &recorded{}
		d.ID = "dlv_0"
		s := r.send(t.Context(), d)
		if _, err := r.settle(d.ID, s); err != nil {
			t.Fatal(err)
		}
		log.mu.Lock() // from the resend
		if len(s.held) != 1 || len(s.made()) != 0 || log.delivery.History[0].Failure != webhook.FailureStale {
			t.Errorf("%d held, recorded %+v; want it held, with its stale attempt", len(s.held), log.delivery.History)
		}
		if len(log.due) != 1 || !log.due[0].At.IsZero() || !log.due[0].Uncertain {
			t.Errorf("due %+v, want it held for a handler that may have it", log.due)
		}
		log.mu.Unlock()
		pass(time.Minute)
		if d := log.delivery; d.Status != webhook.StatusDelivered || log.due != nil || len(d.History) != 3 {
			t.Errorf("%s with %+v, due %+v; want delivered, nothing due", d.Status, d.History, log.due)
		}
	})
}

func TestASenderThatWaitsForAHeldDeliveryGetsItsResultIfTheLogIsBusy(t *testing.T) {
	nowhere := left(t)
	r, log := startFaulty(t, nowhere, holds(&rigLog{}))
	log.get.Store(failingOn(busy, 2)) // the first is for the resend
	outcomes := r.outcomes(sampleBody)
	r.await("the delivery", func(all []webhook.Delivery) bool { return len(all) == 1 })
	testkit.ServeOn(t, nowhere, testkit.Answer(http.StatusTeapot, "no"))
	out := receive(t, outcomes, "the outcome")
	if out.Delivery.Status != webhook.StatusRefused || out.Attempt.Code != http.StatusTeapot {
		t.Errorf("got %s with %+v, want refused with the 418", out.Delivery.Status, out.Attempt)
	}
}
