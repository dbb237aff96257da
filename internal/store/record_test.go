package store

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/store/encoding"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestDeliveryIsReadAsRecorded(t *testing.T) {
	dir, src := t.TempDir(), newSource(1)
	l := openLog(t, dir, Options{})
	for name, d := range map[string]*webhook.Delivery{
		"as it comes": src.next(),
		"everything set": src.next(func(d *webhook.Delivery) {
			d.Status, d.ReplayOf, d.Origin = webhook.StatusSkipped, "dlv_0000000000", webhook.OriginReplay
		}),
		"nothing set": {Summary: webhook.Summary{ID: "dlv_nothing000", ReceivedAt: start}},
		"bytes that are no UTF-8": src.next(func(d *webhook.Delivery) {
			d.Body = []byte{0, 0xff, 0xfe, 0, '\n'}
			d.Header = webhook.Header{{Name: "X", Value: "\xff\x00"}, {Name: "X", Value: ""}, {Name: "", Value: "x"}}
			d.Event, d.About = "a\x00b", "\xff"
		}),
		"a large body":       src.next(func(d *webhook.Delivery) { d.Body = bytes.Repeat(d.Body, encoding.PartBytes/1024+1) }),
		"a part to the byte": src.next(func(d *webhook.Delivery) { d.Body = bytes.Repeat(d.Body, encoding.PartBytes/1024) }),
		"parts to the byte":  src.next(func(d *webhook.Delivery) { d.Body = bytes.Repeat(d.Body, 3*encoding.PartBytes/1024) }),
		"a body of 10 MiB":   src.next(func(d *webhook.Delivery) { d.Body = bytes.Repeat(d.Body, 10<<10) }),
		"a long header":      src.next(func(d *webhook.Delivery) { d.Header[0].Value = strings.Repeat("v", 100_000) }),
	} {
		t.Run(name, func(t *testing.T) {
			given := *d
			record(t, l, d)
			if given.Status == "" {
				given.Status = webhook.StatusPending
			}
			given.BodyBytes = int64(len(given.Body))
			if diff := cmp.Diff(given, *d, whole()); diff != "" {
				t.Errorf("Record changed the delivery (-want +got):\n%s", diff)
			}
			for where, r := range map[string]*Reader{"the log's reader": l.Reader(), "another reader": openReader(t, dir)} {
				if diff := cmp.Diff(given, get(t, r, d.ID), whole()); diff != "" {
					t.Errorf("Get by %s (-want +got):\n%s", where, diff)
				}
			}
		})
	}
}

func TestRecordSetsTimeAndStatus(t *testing.T) {
	now := start.Add(1234567 * time.Microsecond)
	l := openLog(t, t.TempDir(), Options{Now: func() time.Time { return now }})
	d := newSource(1).next(func(d *webhook.Delivery) { d.ReceivedAt = time.Time{} })
	record(t, l, d)
	got := get(t, l.Reader(), d.ID)
	if want := start.Add(1234 * time.Millisecond); !got.ReceivedAt.Equal(want) || got.Status != webhook.StatusPending {
		t.Errorf("got %v and %q, want %v and pending", got.ReceivedAt, got.Status, want)
	}
}

func TestSameBodyAsIsTheFirstDeliveryWithTheseBytes(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	original, other := src.next(), src.next()
	same := func(d *webhook.Delivery) { d.Body = bytes.Clone(original.Body) }
	retry, secondRetry := src.next(same), src.next(same)
	replay := src.next(same, func(d *webhook.Delivery) { d.ReplayOf = original.ID })
	longer := src.next(same, func(d *webhook.Delivery) { d.Body = append(d.Body, ' ') })
	record(t, l, original, other, retry, secondRetry, replay, longer)
	for d, want := range map[*webhook.Delivery]webhook.ID{
		original: "", other: "", retry: original.ID, secondRetry: original.ID, replay: "", longer: "",
	} {
		if got := get(t, l.Reader(), d.ID).SameBodyAs; got != want {
			t.Errorf("SameBodyAs of %s: %q, want %q", d.ID, got, want)
		}
	}
}

func TestSameBodyIsFoundWithinOneTransaction(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	a := src.next()
	b := src.next(func(d *webhook.Delivery) { d.Body = a.Body })
	recordTogether(t, l, a, b)
	if got := get(t, l.Reader(), b.ID).SameBodyAs; got != a.ID {
		t.Errorf("SameBodyAs is %q, want %s", got, a.ID)
	}
}

func TestDuplicateIDGetsANewID(t *testing.T) {
	var errs []error
	l, src := openLog(t, t.TempDir(), Options{OnError: func(err error) { errs = append(errs, err) }}), newSource(1)
	first := src.next()
	record(t, l, first)
	double := src.next(func(d *webhook.Delivery) { d.ID = first.ID })
	before, after := src.next(), src.next()
	recordTogether(t, l, before, double, after)
	if len(errs) != 1 || !errors.Is(errs[0], ErrDuplicateID) {
		t.Errorf("OnError got %v, want ErrDuplicateID once", errs)
	}
	got := list(t, l.Reader(), Query{})
	if len(got) != 4 || got[0] != first.ID || got[2] != before.ID && got[1] != before.ID || got[3] != after.ID {
		t.Fatalf("the log has %v, want %s, another id, %s and %s", got, first.ID, before.ID, after.ID)
	}
	renamed := got[1]
	if renamed == before.ID {
		renamed = got[2]
	}
	if got := get(t, l.Reader(), renamed); !bytes.Equal(got.Body, double.Body) {
		t.Error("the delivery under the new id has another body")
	}
	if status := attempt(t, l, double.ID, answered(200)); status != webhook.StatusDelivered {
		t.Errorf("status %q, want delivered", status)
	}
	if got := get(t, l.Reader(), renamed); got.Status != webhook.StatusDelivered {
		t.Errorf("status of the new id is %q, want delivered", got.Status)
	}
	if got := get(t, l.Reader(), first.ID); !bytes.Equal(got.Body, first.Body) || got.Attempts != 0 {
		t.Error("the first delivery with the id has changed")
	}
}

func TestCanceledRecordIsNotWritten(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := l.Record(ctx, src.next())
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Record got %v, want context.Canceled", err)
	}
	if err := l.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := list(t, l.Reader(), Query{}); len(got) != 0 {
		t.Errorf("the log has %v, want nothing", got)
	}
}

func TestClosedLogReturnsErrClosed(t *testing.T) {
	dir := t.TempDir()
	l, d := openLog(t, dir, Options{}), newSource(1).next()
	record(t, l, d)
	closeLog(t, l)
	closeLog(t, l) // a second Close does nothing
	ctx := context.Background()
	_, addErr := l.AddAttempts(d.ID, []webhook.Attempt{answered(200)}, nil)
	_, getErr := l.Reader().Get(ctx, d.ID)
	for name, err := range map[string]error{
		"Record": l.Record(ctx, d), "AddAttempts": addErr, "QueueAttempts": l.QueueAttempts(d.ID, []webhook.Attempt{answered(200)}, nil),
		"Flush": l.Flush(ctx), "Get": getErr, "Wait": l.Reader().Wait(ctx, 100),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s on a closed log got %v, want ErrClosed", name, err)
		}
	}
	if got := list(t, openReader(t, dir), Query{}); len(got) != 1 {
		t.Errorf("the log has %v, want the delivery recorded before", got)
	}
}

func TestCloseWritesQueuedJobs(t *testing.T) {
	dir, src := t.TempDir(), newSource(1)
	l := openLog(t, dir, Options{})
	var deliveries []*webhook.Delivery
	for range 100 {
		d := src.next()
		record(t, l, d)
		deliveries = append(deliveries, d)
	}
	for _, d := range deliveries {
		if err := l.QueueAttempts(d.ID, []webhook.Attempt{answered(200)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	closeLog(t, l)
	got := list(t, openReader(t, dir), where("status:delivered"))
	if len(got) != len(deliveries) {
		t.Errorf("%d are delivered, want %d", len(got), len(deliveries))
	}
}
