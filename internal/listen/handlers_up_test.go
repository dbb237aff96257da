package listen

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/output"
)

func TestHandlerIsUpEvenIfTheFirstCheckTakesLong(t *testing.T) {
	for _, took := range []time.Duration{0, localHandlerTimeout - 1, localHandlerTimeout + 1, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			s, probe := &Session{o: &Options{}}, make(chan []dispatch.Target, 1)
			time.AfterFunc(took, func() { probe <- nil })
			started := time.Now()
			checkHandlers(s, &output.Ready{}, probe)
			if waited := time.Since(started); waited > localHandlerTimeout {
				t.Errorf("a check of %v delays Ready by %v", took, waited)
			}
			time.Sleep(took) // fake time
			synctest.Wait()
			if !s.display.handlersUp.Load() {
				t.Errorf("a check of %v: the handler is not up", took)
			}
		})
	}
}
