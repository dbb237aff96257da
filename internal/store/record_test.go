package store

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
		"a large body":       src.next(func(d *webhook.Delivery) { d.Body = bytes.Repeat(d.Body, partBytes/1024+1) }),
		"a part to the byte": src.next(func(d *webhook.Delivery) { d.Body = bytes.Repeat(d.Body, partBytes/1024) }),
		"parts to the byte":  src.next(func(d *webhook.Delivery) { d.Body = bytes.Repeat(d.Body, 3*partBytes/1024) }),
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
		if got := get(t, l.Reader(), d.ID).SameBodyAs; got != want || d.SameBodyAs != want {
			t.Errorf("SameBodyAs of %s: set %q, read %q, want %q", d.ID, d.SameBodyAs, got, want)
		}
	}
}

func TestSameBodyIsFoundWithinOneTransaction(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	a := src.next()
	b := src.next(func(d *webhook.Delivery) { d.Body = a.Body })
	together(t, l, func() {
		record(t, l, a)
	}, func() {
		record(t, l, b)
	})
	if (a.SameBodyAs == b.ID) == (b.SameBodyAs == a.ID) {
		t.Errorf("SameBodyAs: %q of %s, %q of %s; want exactly one set to the other's id", a.SameBodyAs, a.ID, b.SameBodyAs, b.ID)
	}
}

func TestDuplicateIDFailsAlone(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	first := src.next()
	record(t, l, first)
	double := src.next(func(d *webhook.Delivery) { d.ID = first.ID })
	before, after := src.next(), src.next()
	var err error
	together(t, l,
		func() { record(t, l, before) },
		func() { err = l.Record(context.Background(), double) },
		func() { record(t, l, after) },
	)
	if !errors.Is(err, ErrDuplicateID) {
		t.Errorf("Record of a taken id got %v, want ErrDuplicateID", err)
	}
	if diff := cmp.Diff([]webhook.ID{first.ID, before.ID, after.ID}, list(t, l.Reader(), Query{})); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	if got := get(t, l.Reader(), first.ID); !bytes.Equal(got.Body, first.Body) {
		t.Error("the body of the first delivery with the id has changed")
	}
	var seqs []int64
	for _, ch := range changes(t, l.Reader(), 0, 10) {
		seqs = append(seqs, ch.Seq)
	}
	if diff := cmp.Diff([]int64{1, 3, 3}, seqs); diff != "" {
		t.Errorf("change numbers; the others share one transaction (-want +got):\n%s", diff)
	}
}

func TestCanceledRecordIsNotWritten(t *testing.T) {
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	release := holdWriter(t, l)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := l.Record(ctx, src.next())
	release()
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
