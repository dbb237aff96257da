package relay

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestAnUnrecordedDeliveryIsNotForwarded(t *testing.T) {
	for _, fault := range []error{store.ErrFull, store.ErrBusy, store.ErrReadOnly, errors.New("anything else")} {
		t.Run(fault.Error(), func(t *testing.T) {
			handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
			r, log := startFaulty(t, handler.URL())
			log.record.Store(testkit.Failing(fmt.Errorf("write: %w", fault)))
			for _, header := range []http.Header{signedHeader(sampleBody), trustedHeader(sampleBody, session.Sender{Origin: webhook.OriginTrigger})} {
				got := r.post(sampleBody, header)
				if got.code != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" || got.header.Get(session.DeliveryHeader) != "" {
					t.Errorf("got %d with %v, want 503 with Retry-After and without an id", got.code, got.header)
				}
			}
			if n := len(handler.Requests()); n != 0 {
				t.Errorf("the handler got %d deliveries, want 0", n)
			}
			notices := r.notices.of(NoticeNotRecorded)
			if len(notices) != 1 || !errors.Is(notices[0].Err, fault) {
				t.Errorf("got notices %v, want %v once", notices, fault)
			}
		})
	}
}

func TestALogFailureIsReportedAgainOnlyAfterASuccess(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	r, log := startFaulty(t, handler.URL())
	for round := 1; round <= 3; round++ {
		log.record.Store(testkit.Failing(store.ErrFull))
		r.postSigned(sampleBody)
		r.postSigned(sampleBody)
		if got := len(r.notices.of(NoticeNotRecorded)); got != round {
			t.Errorf("round %d: %d notices, want %d", round, got, round)
		}
		log.record.Store(nil)
		if got := r.postSigned(sampleBody); got.code != http.StatusOK {
			t.Errorf("round %d, once the log can record: got %d, want 200", round, got.code)
		}
	}
	if got := len(r.recorded()); got != 3 || len(handler.Requests()) != got {
		t.Errorf("recorded %d and forwarded %d, want 3", got, len(handler.Requests()))
	}
}

func TestAClosingLogIsNotReported(t *testing.T) {
	r, log := startFaulty(t, testkit.RefusingAddr(t))
	log.record.Store(testkit.Failing(fmt.Errorf("record: %w", store.ErrClosed)))
	if got := r.postSigned(sampleBody); got.code != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", got.code)
	}
	if notices := r.notices.of(NoticeNotRecorded); len(notices) != 0 {
		t.Errorf("got notices %v, want none", notices)
	}
}

func TestADeliveryIsRecordedBeforeItIsSent(t *testing.T) {
	var r *rig
	seen := make(chan []webhook.Delivery, 1)
	handler := testkit.Serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen <- r.recorded() }))
	r = start(t, handler.URL())
	r.postSigned(sampleBody)
	all := receive(t, seen, "the handler to be called")
	if len(all) != 1 || all[0].Status != webhook.StatusPending || string(all[0].Body) != sampleBody {
		t.Errorf("when the handler was called the log had %+v, want one delivery, pending", all)
	}
}

func TestTheSenderGetsTheResponseIfTheAttemptCannotBeRecorded(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusTeapot, "late"))
	r, log := startFaulty(t, handler.URL())
	log.queue.Store(testkit.Failing(store.ErrFull))
	if got := r.postSigned(sampleBody); got.code != http.StatusTeapot || got.body != "late" {
		t.Errorf("got %d %q, want the handler's 418", got.code, got.body)
	}
	if notices := r.notices.of(NoticeNotRecorded); len(notices) != 1 {
		t.Errorf("got notices %v, want one", notices)
	}
	log.add.Store(testkit.Failing(store.ErrFull))
	got := r.post(sampleBody, trustedHeader(sampleBody, session.Sender{Origin: webhook.OriginTrigger}))
	if got.code != http.StatusTeapot || got.header.Get(session.StatusHeader) != "refused" || got.header.Get(session.DeliveryHeader) == "" {
		t.Errorf("a trusted sender got %d with %v, want 418 with its id and refused", got.code, got.header)
	}
}
