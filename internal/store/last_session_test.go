package store

import (
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestLastSessionIsThatOfTheNewestDelivery(t *testing.T) {
	t.Parallel()
	l := openLog(t, t.TempDir(), Options{})
	_, ok, err := l.Reader().LastSession(t.Context())
	if ok || err != nil {
		t.Errorf("an empty log: got %t, %v, want none", ok, err)
	}
	s := newSource(1)
	of := func(session string, after time.Duration) *webhook.Delivery {
		return s.next(func(d *webhook.Delivery) { d.Session, d.ReceivedAt = session, start.Add(after) })
	}
	record(t, l, of("ses_old", 0), of("ses_new", 2*time.Second), of("ses_old", time.Second), of("ses_new", 3*time.Second), of("", 4*time.Second))
	first, ok, err := l.Reader().LastSession(t.Context())
	if want := start.Add(2 * time.Second); !ok || err != nil || !first.Equal(want) {
		t.Errorf("got %s, %t, %v, want %s", first, ok, err, want)
	}
}
