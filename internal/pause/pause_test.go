package pause_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/pause"
)

func TestForWaitsUntilTheTimeIsOverOrTheContextIsDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		if err := pause.For(ctx, time.Second); err != nil || time.Since(start) != time.Second {
			t.Errorf("got %v after %v, want no error after 1s", err, time.Since(start))
		}
		if err := pause.For(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 2*time.Second {
			t.Errorf("got %v after %v, want %v after 2s", err, time.Since(start), context.DeadlineExceeded)
		}
		if err := pause.For(ctx, 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v for no time with a context that is done, want %v", err, context.DeadlineExceeded)
		}
	})
}
