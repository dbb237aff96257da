package relay

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/retry"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// newResend returns a relay on fake time and its log, which has one delivery to send.
func newResend(change func(*Options), answer func(ctx context.Context, n int) webhook.Attempt) (*Relay, *memory, *faultyLog) {
	log := &memory{}
	faulty := &faultyLog{Log: log, Backlog: log}
	n := 0 // attempts are made one at a time
	sender := &scriptedSender{
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

func holdOption(o *Options)  { o.Hold = true }
func retryOption(o *Options) { o.Retry = &retry.Schedule{} }

// resume sends the delivery of newResend as one that an earlier session left.
func resume(r *Relay) {
	d := store.Due{ID: "dlv_0", Target: r.upstreams[0].target.String()}
	if !r.o.Hold {
		d.At, d.Tries = time.Now(), 1
	}
	r.Resume([]store.Due{d})
}

func TestAResponseThatArrivesWithTheAbortIsRecorded(t *testing.T) {
	for name, change := range map[string]func(*Options){"held": holdOption, "retried": retryOption} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var r *Relay
				r, log, _ := newResend(change, func(context.Context, int) webhook.Attempt {
					r.Abort()
					return webhook.Attempt{Code: http.StatusOK}
				})
				resume(r)
				r.life.background.Wait()
				r.Close()
				if d := log.delivery; len(d.History) != 1 || d.Status != webhook.StatusDelivered || log.due != nil {
					t.Errorf("recorded %+v, due %+v; want the 200, and nothing due", d.History, log.due)
				}
			})
		})
	}
}

func TestAnAbortedAttemptIsRecordedAndStillDue(t *testing.T) {
	for name, change := range map[string]func(*Options){"held": holdOption, "retried": retryOption} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, log, _ := newResend(change, func(ctx context.Context, _ int) webhook.Attempt {
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
					t.Errorf("due %+v, want the delivery again", log.due)
				}
				if want := map[bool]int{true: 1}[r.o.Hold]; r.Held() != want {
					t.Errorf("%d are held, want %d", r.Held(), want)
				}
			})
		})
	}
}

func TestAnUnreadableDeliveryIsKeptUntilItCanBeRead(t *testing.T) {
	for name, change := range map[string]func(*Options){"held": holdOption, "retried": retryOption} {
		for _, fault := range []error{store.ErrBusy, store.ErrReadOnly, store.ErrCorrupt, errors.New("anything else")} {
			t.Run(name+", "+fault.Error(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					notices := &noticeLog{}
					r, log, faulty := newResend(func(o *Options) { change(o); o.Notify = notices.add }, func(context.Context, int) webhook.Attempt {
						return webhook.Attempt{Code: http.StatusOK}
					})
					faulty.get.Store(testkit.FailingOn(func() error { return fault }, 1, 2, 3))
					resume(r)
					advance(time.Minute)
					if log.delivery.Status != webhook.StatusDelivered || len(log.delivery.History) != 1 || r.Held() != 0 {
						t.Errorf("%s with %d attempts, %d held; want delivered with one, none held", log.delivery.Status, len(log.delivery.History), r.Held())
					}
					if got := notices.of(NoticeNotRead); len(got) != 1 || !errors.Is(got[0].Err, fault) {
						t.Errorf("got notices %+v, want %v once", got, fault)
					}
					r.Close()
				})
			})
		}
	}
}

func TestAPrunedDeliveryIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		notices := &noticeLog{}
		r, log, faulty := newResend(func(o *Options) { holdOption(o); o.Notify = notices.add }, func(context.Context, int) webhook.Attempt {
			return webhook.Attempt{Code: http.StatusOK}
		})
		faulty.get.Store(testkit.Failing(&store.NotFoundError{Typed: "dlv_0"}))
		resume(r)
		r.life.background.Wait()
		if r.Held() != 0 || len(log.delivery.History) != 0 || len(notices.all) != 0 {
			t.Errorf("%d held, %d sent, notices %+v; want none: it was pruned", r.Held(), len(log.delivery.History), notices.all)
		}
		r.Close()
	})
}

func TestAnUnreadableDeliveryStaysHeldWhenTheSessionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, faulty := newResend(holdOption, nil)
		faulty.get.Store(testkit.Failing(store.ErrBusy))
		resume(r)
		synctest.Wait()
		r.Close()
		if r.Held() != 1 || len(log.delivery.History) != 0 {
			t.Errorf("%d held, %d sent; want it held for the next session", r.Held(), len(log.delivery.History))
		}
	})
}

func TestRetriesContinueIfAnAttemptCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, faulty := newResend(retryOption, func(_ context.Context, n int) webhook.Attempt {
			return webhook.Attempt{Code: []int{500, 500, 200}[n-1]}
		})
		faulty.add.Store(testkit.FailingOn(func() error { return store.ErrFull }, 1))
		d := &recordedDelivery{}
		d.ID = "dlv_0"
		_, err := r.settler.settleAndWait(t.Context(), d, r.forwarder.forward(t.Context(), d))
		if !errors.Is(err, store.ErrFull) {
			t.Errorf("the first attempt: got %v, want ErrFull", err)
		}
		advance(time.Hour)
		if got := log.delivery; got.Status != webhook.StatusDelivered || len(got.History) != 2 {
			t.Errorf("%s with %+v, want two retries, the second delivered", got.Status, got.History)
		}
		r.Close()
	})
}

func TestABusyLogDoesNotFailTheAttempt(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusTeapot, "no"))
	r, log := startFaulty(t, handler.URL())
	log.add.Store(testkit.FailingOn(busy, 1))
	out, err := r.Deliver(t.Context(), arrived(sampleBody, webhook.OriginTrigger, ""))
	if err != nil || out.Delivery.Status != webhook.StatusRefused {
		t.Errorf("got %s, %v; want refused and no error: the log writes the attempt later", out.Delivery.Status, err)
	}
}

func TestAPanicInARetryFailsThatRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		notices := &noticeLog{}
		r, log, _ := newResend(func(o *Options) { holdOption(o); o.Notify = notices.add }, func(context.Context, int) webhook.Attempt {
			panic("a bug for the test")
		})
		resume(r)
		r.life.background.Wait()
		if d := log.delivery; len(d.History) != 1 || !isPanicAttempt(d.History[0]) || log.due != nil || r.Held() != 0 {
			t.Errorf("recorded %+v, due %+v, %d held; want one failed attempt and none due", d.History, log.due, r.Held())
		}
		if got := notices.of(NoticePanic); len(got) != 1 {
			t.Errorf("got notices %v, want one panic", got)
		}
		r.Close()
	})
}

// staleFirst is a Sender whose first attempt meets a stale connection.
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

func TestAStaleAttemptIsRecordedAndNotCountedAsARetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, _ := newResend(func(o *Options) { retryOption(o); o.Sender = &staleFirst{Sender: o.Sender} }, func(_ context.Context, n int) webhook.Attempt {
			return webhook.Attempt{Code: []int{500, 200}[n-1]}
		})
		defer r.Close()
		started := time.Now()
		d := &recordedDelivery{}
		d.ID = "dlv_0"
		out, err := r.settler.settleAndWait(t.Context(), d, r.forwarder.forward(t.Context(), d))
		if err != nil || out.Attempt.Code != 500 || out.Attempt.N != 2 || len(out.Attempts) != 2 || out.Attempts[0].Failure != webhook.FailureStale {
			t.Errorf("got %+v, %v; want the stale attempt and the 500", out.Attempts, err)
		}
		log.mu.Lock() // the retry uses it concurrently
		if len(log.due) != 1 || log.due[0].Tries != 1 || log.due[0].At.Sub(started) != 30*time.Second {
			t.Errorf("due %+v, want the first retry after 30 s", log.due)
		}
		log.mu.Unlock()
		advance(time.Minute)
		if got := r.Tally().Counts(); got.Delivered != 1 || got.Unreachable != 0 || len(log.delivery.History) != 3 {
			t.Errorf("counted %+v, recorded %+v; want one delivered, after three attempts", got, log.delivery.History)
		}
	})
}

func TestADeliveryIsHeldAfterAStaleAttemptIfTheHandlerIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, _ := newResend(func(o *Options) { holdOption(o); o.Sender = &staleFirst{Sender: o.Sender} }, func(_ context.Context, n int) webhook.Attempt {
			if n == 1 {
				return webhook.Attempt{Failure: webhook.FailureRefused}
			}
			return webhook.Attempt{Code: http.StatusOK}
		})
		defer r.Close()
		d := &recordedDelivery{}
		d.ID = "dlv_0"
		s := r.forwarder.forward(t.Context(), d)
		if _, err := r.settler.settle(d.ID, s); err != nil {
			t.Fatal(err)
		}
		log.mu.Lock() // the resend uses it concurrently
		if len(s.held) != 1 || len(s.realAttempts()) != 0 || log.delivery.History[0].Failure != webhook.FailureStale {
			t.Errorf("%d held, recorded %+v; want it held, with its stale attempt", len(s.held), log.delivery.History)
		}
		if len(log.due) != 1 || !log.due[0].At.IsZero() || !log.due[0].Uncertain {
			t.Errorf("due %+v, want it held and uncertain", log.due)
		}
		log.mu.Unlock()
		advance(time.Minute)
		if d := log.delivery; d.Status != webhook.StatusDelivered || log.due != nil || len(d.History) != 3 {
			t.Errorf("%s with %+v, due %+v; want delivered, nothing due", d.Status, d.History, log.due)
		}
	})
}

func TestDeliverReturnsTheResultOfAHeldDeliveryIfTheLogIsBusy(t *testing.T) {
	nowhere := stoppedHandler(t)
	r, log := startFaulty(t, nowhere, withHold(&rigLog{}))
	log.get.Store(testkit.FailingOn(busy, 2)) // the first read is for the resend
	outcomes := r.outcomes(sampleBody)
	r.waitFor("the delivery", func(all []webhook.Delivery) bool { return len(all) == 1 })
	testkit.ServeOn(t, nowhere, testkit.Respond(http.StatusTeapot, "no"))
	out := receive(t, outcomes, "the outcome")
	if out.Delivery.Status != webhook.StatusRefused || out.Attempt.Code != http.StatusTeapot {
		t.Errorf("got %s with %+v, want refused with the 418", out.Delivery.Status, out.Attempt)
	}
}
