package actions

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/view"
)

// instantEdit is an edit that takes no time.
type instantEdit struct{ view.Edit }

func (instantEdit) Run() error { return nil }

func TestAnEditTakesAMinimumTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if err := (minTimeEdit{instantEdit{}}).Run(); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != minEditorTime {
			t.Errorf("the edit took %s, want %s", took, minEditorTime)
		}
	})
}
