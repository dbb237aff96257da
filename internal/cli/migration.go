package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// showMigration runs open, which opens the delivery log in dir. If that migrates a log of an older version and takes more than half a
// second, a terminal shows a line until it is done.
func (a *app) showMigration(dir string, open func() error) error {
	outdated, size := store.Outdated(dir)
	if !outdated || !a.showsProgress() {
		return open()
	}
	opened := make(chan struct{})
	var drawing sync.WaitGroup
	drawing.Go(func() { a.drawMigration(size, opened) })
	err := open()
	close(opened)
	drawing.Wait()
	return err
}

func (a *app) drawMigration(size int64, opened <-chan struct{}) {
	line := output.NewProgress(a.w.Stderr, display.Style{Width: a.w.Width()})
	defer line.Clear()
	start := time.Now()
	tick := time.NewTicker(progressAfter)
	defer tick.Stop()
	for {
		select {
		case <-opened:
			return
		case <-tick.C:
			took := time.Since(start).Truncate(time.Second)
			line.Print(fmt.Sprintf("Updating the delivery log to this version's format: %s, %s. Ctrl-C cancels.", display.Bytes(size), took))
		}
	}
}
