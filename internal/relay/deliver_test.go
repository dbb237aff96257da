package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// arrived returns an arrival with a valid signature.
func arrived(body string, origin webhook.Origin, parent webhook.ID) Arrival {
	value := signature.Sign(webhook.SecretFrom(secretText), []byte(body), signature.StylePrefixed)
	return Arrival{
		Header: webhook.Header{{Name: "Content-Type", Value: "application/json"}, {Name: webhook.SignatureHeader, Value: value}},
		Body:   []byte(body), Origin: origin, Parent: parent,
	}
}

func (r *rig) deliver(in Arrival) Outcome {
	r.tb.Helper()
	out, err := r.Deliver(context.Background(), in)
	if err != nil {
		r.tb.Fatalf("Deliver %s: %v", in.Body, err)
	}
	return out
}

func TestDeliverRecordsAndForwardsWithoutAnIngress(t *testing.T) {
	handler := testkit.Serve(t, testkit.VerifyPrefixed(secretText))
	r := start(t, handler.URL())
	in := arrived(sampleBody, webhook.OriginTrigger, "")
	out := r.deliver(in)
	d := r.onlyDelivery()
	if diff := cmp.Diff(out.Delivery.ID, d.ID); diff != "" || d.Status != webhook.StatusDelivered || out.Delivery.Status != d.Status {
		t.Errorf("got %s %s, recorded %s %s; want the same, delivered", out.Delivery.ID, out.Delivery.Status, d.ID, d.Status)
	}
	if d.Origin != webhook.OriginTrigger || string(d.Body) != sampleBody || d.Verdict != webhook.VerdictValid || cmp.Diff(in.Header, d.Header) != "" {
		t.Errorf("recorded %+v, want the arrival, valid", d)
	}
	if len(d.History) != 1 || out.Attempt.N != d.History[0].N || out.Delivery.Attempts != d.Attempts || out.Attempt.Code != http.StatusOK || string(out.Attempt.Response) != string(d.History[0].Response) {
		t.Errorf("got the attempt %+v, recorded %+v; want the same, 200", out.Attempt, d.History)
	}
	if got := handler.Wait(1)[0]; string(got.Body) != sampleBody {
		t.Errorf("the handler got %q, want %q", got.Body, sampleBody)
	}
}

func TestDeliverReturnsRejectedAndSkippedDeliveries(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	r := start(t, handler.URL(), func(p *rigOptions) { p.relay.Events = []string{"wallet.*"} })
	unsigned := arrived(sampleBody, webhook.OriginTrigger, "")
	unsigned.Header = nil
	for want, in := range map[webhook.Status]Arrival{
		webhook.StatusRejected: unsigned,
		webhook.StatusSkipped:  arrived(sampleBody, webhook.OriginTrigger, ""),
	} {
		out := r.deliver(in)
		if out.Delivery.Status != want || cmp.Diff(out.Attempt, webhook.Attempt{}) != "" {
			t.Errorf("got %s with attempt %+v, want %s without one", out.Delivery.Status, out.Attempt, want)
		}
	}
	if n := len(handler.Requests()); n != 0 || len(r.recorded()) != 2 {
		t.Errorf("%d were recorded and %d sent, want 2 and 0", len(r.recorded()), n)
	}
}

func TestDeliverReturnsAnErrorOnlyIfTheLogFails(t *testing.T) {
	r, log := startFaulty(t, testkit.RefusingAddr(t))
	if out := r.deliver(arrived(sampleBody, webhook.OriginTrigger, "")); out.Delivery.Status != webhook.StatusUnreachable ||
		out.Attempt.Failure != webhook.FailureRefused {
		t.Errorf("without a handler: got %s, %s; want unreachable, connection_refused", out.Delivery.Status, out.Attempt.Failure)
	}
	log.add.Store(testkit.Failing(store.ErrFull))
	out, err := r.Deliver(t.Context(), arrived(sampleBody, webhook.OriginTrigger, ""))
	if !errors.Is(err, store.ErrFull) || out.Attempt.Failure != webhook.FailureRefused || out.Delivery.ID == "" {
		t.Errorf("if the attempt cannot be recorded: got %v with %+v, want %v with the attempt", err, out, store.ErrFull)
	}
	log.record.Store(testkit.Failing(store.ErrBusy))
	if out, err := r.Deliver(t.Context(), arrived(sampleBody, webhook.OriginTrigger, "")); !errors.Is(err, store.ErrBusy) {
		t.Errorf("if the delivery cannot be recorded: got %v with %+v, want %v", err, out, store.ErrBusy)
	}
}

func TestAnInterruptedDeliveryIsRecordedAsCanceled(t *testing.T) {
	interrupts := map[string]func(r *rig, cancel context.CancelFunc){
		"by the caller": func(_ *rig, cancel context.CancelFunc) { cancel() },
		"by Abort":      func(r *rig, _ context.CancelFunc) { r.Abort() },
	}
	for name, interrupt := range interrupts {
		t.Run(name, func(t *testing.T) {
			never := make(chan struct{})
			handler := testkit.Serve(t, testkit.Slow(never, nil))
			r := start(t, handler.URL())
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := make(chan error, 1)
			go func() {
				_, err := r.Deliver(ctx, arrived(sampleBody, webhook.OriginTrigger, ""))
				done <- err
			}()
			handler.Wait(1)
			interrupt(r, cancel)
			if err := receive(t, done, "Deliver"); err != nil {
				t.Errorf("got %v, want no error", err)
			}
			if d := r.onlyDelivery(); d.Failure != webhook.FailureCanceled {
				t.Errorf("recorded %s, %s; want canceled", d.Status, d.Failure)
			}
		})
	}
}

func TestARepeatedBodyIsForwardedAndMarked(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusInternalServerError, "no"))
	r := start(t, handler.URL())
	r.postSigned(sampleBody)
	r.postSigned(sampleBody + " ")
	r.postSigned(sampleBody)
	all := r.recorded()
	if len(all) != 3 || len(handler.Requests()) != 3 {
		t.Fatalf("%d recorded and %d forwarded, want 3: repeats are never dropped", len(all), len(handler.Requests()))
	}
	if all[0].SameBodyAs != "" || all[1].SameBodyAs != "" || all[2].SameBodyAs != all[0].ID {
		t.Errorf("same_body_as is %q, %q, %q; want none, none and %s", all[0].SameBodyAs, all[1].SameBodyAs, all[2].SameBodyAs, all[0].ID)
	}
}

func TestAReplayThroughTheIngressResolvesTheFailedDelivery(t *testing.T) {
	answers := make(chan int, 2)
	answers <- http.StatusInternalServerError
	answers <- http.StatusOK
	handler := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(<-answers) }))
	r := start(t, handler.URL())
	r.postSigned(sampleBody)
	failed := r.onlyDelivery()
	if !failed.Failed() {
		t.Fatalf("the first is %s, want it failed", failed.Status)
	}
	got := r.post(sampleBody, trustedHeader(sampleBody, session.Sender{Origin: webhook.OriginReplay, Parent: failed.ID}))
	all := r.recorded()
	parent, replay := all[0], all[1]
	if got.code != http.StatusOK || replay.Origin != webhook.OriginReplay || replay.ReplayOf != parent.ID || replay.SameBodyAs != "" {
		t.Errorf("the replay got %d and is from %s, of %q, same as %q; want 200, replay, %s, none", got.code, replay.Origin, replay.ReplayOf,
			replay.SameBodyAs, parent.ID)
	}
	if got.header.Get(session.DeliveryHeader) != string(replay.ID) || got.header.Get(session.StatusHeader) != "delivered" {
		t.Errorf("the sender got %q, %q; want %s, delivered", got.header.Get(session.DeliveryHeader), got.header.Get(session.StatusHeader), replay.ID)
	}
	if parent.ResolvedBy != replay.ID || parent.Failed() {
		t.Errorf("the first is %s and resolved by %q, want by %s", parent.Status, parent.ResolvedBy, replay.ID)
	}
	requests := handler.Wait(2)
	if string(requests[0].Body) != string(requests[1].Body) {
		t.Errorf("the handler got %q, then %q; want the same bytes", requests[0].Body, requests[1].Body)
	}
}

func TestAReplayWithoutAnIngressResolvesTheFailedDelivery(t *testing.T) {
	answers := make(chan int, 2)
	answers <- http.StatusInternalServerError
	answers <- http.StatusOK
	handler := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(<-answers) }))
	r := start(t, handler.URL())
	failed := r.deliver(arrived(sampleBody, webhook.OriginTrigger, ""))
	replay := r.deliver(arrived(sampleBody, webhook.OriginReplay, failed.Delivery.ID))
	if got := r.recorded()[0]; failed.Delivery.Status != webhook.StatusRefused || got.ResolvedBy != replay.Delivery.ID {
		t.Errorf("%s, then resolved by %q; want refused, then by %s", failed.Delivery.Status, got.ResolvedBy, replay.Delivery.ID)
	}
}

func TestAParentIsIgnoredWithoutTheToken(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	r := start(t, handler.URL())
	header := signedHeader(sampleBody)
	header.Set(session.SenderHeader, session.Sender{Token: "guess", Origin: webhook.OriginReplay, Parent: "dlv_0000000000"}.String())
	got := r.post(sampleBody, header)
	if d := r.onlyDelivery(); d.ReplayOf != "" || d.Origin != webhook.OriginLocal || got.header.Get(session.DeliveryHeader) != "" {
		t.Errorf("recorded as a replay of %q from %s with id %q in the response, want none, local and none", d.ReplayOf, d.Origin,
			got.header.Get(session.DeliveryHeader))
	}
}

func TestEverySampleIsRecordedUnchanged(t *testing.T) {
	handler := testkit.Serve(t, testkit.VerifyPrefixed(secretText))
	r := start(t, handler.URL())
	items, err := sample.New(r.o.Now, r.o.Random).Scenario("all")
	if err != nil {
		t.Fatalf("make the samples: %v", err)
	}
	for i, item := range items {
		if got := r.postSigned(string(item.Body)); got.code != http.StatusOK {
			t.Errorf("%s got %d %s, want 200", item.Event, got.code, got.body)
		}
		if d := r.recorded()[i]; d.Event != item.Event || string(d.Body) != string(item.Body) || d.About == "" && item.Event[:6] != "wallet" {
			t.Errorf("sent %s %s, recorded %q about %q: %s", item.Event, item.Body, d.Event, d.About, d.Body)
		}
	}
}

func TestConcurrentDeliveriesAreEachRecordedAndDeliveredOnce(t *testing.T) {
	const senders, each = 16, 25
	handler := testkit.Serve(t, testkit.VerifyPrefixed(secretText))
	r := start(t, handler.URL())
	r.client.Transport.(*http.Transport).MaxIdleConnsPerHost = senders
	done := make(chan error, senders)
	for s := range senders {
		go func() {
			for i := range each {
				body := fmt.Sprintf(`{"event":"render.complete","data":{"id":"job_%d_%d"}}`, s, i)
				resp, err := r.client.Do(r.request(context.Background(), http.MethodPost, ingressPath, strings.NewReader(body), signedHeader(body)))
				if err != nil {
					done <- err
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					done <- fmt.Errorf("%s got %d", body, resp.StatusCode)
					return
				}
			}
			done <- nil
		}()
	}
	for range senders {
		if err := receive(t, done, "a sender"); err != nil {
			t.Error(err)
		}
	}
	seen := map[string]int{}
	for _, d := range r.recorded() {
		if d.Status != webhook.StatusDelivered || d.Attempts != 1 {
			t.Errorf("%s is %s after %d attempts, want delivered after 1", d.Body, d.Status, d.Attempts)
		}
		seen[string(d.Body)]++
	}
	if len(seen) != senders*each || len(handler.Requests()) != senders*each {
		t.Errorf("%d different bodies recorded and %d forwarded, want %d", len(seen), len(handler.Requests()), senders*each)
	}
	r.wantNothingHeld()
	if got := r.Tally().Counts(); got.Received != senders*each || got.Delivered != senders*each || got.P50 <= 0 || got.P99 < got.P50 {
		t.Errorf("counted %+v, want %d received and delivered", got, senders*each)
	}
}
