package cmdutil

import (
	"fmt"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// ShowMigration runs open, which opens the delivery log in dir. If that migrates a log of an older version and takes more than half a
// second, a terminal shows a line until it is done.
func ShowMigration(a *App, dir string, open func() error) error {
	outdated, size := store.Outdated(dir)
	if !outdated || !ShowsProgress(a) {
		return open()
	}
	return ShowElapsed(a, func(took time.Duration) string {
		return fmt.Sprintf("Updating the delivery log to this version's format: %s, %s. Ctrl-C cancels.", display.Bytes(size), display.Duration(took))
	}, open)
}
