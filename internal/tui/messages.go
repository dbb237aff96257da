package tui

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// What the model is told, beside keys, mouse and size. What answers a question has its number.
type (
	pageMsg struct {
		n    int
		page view.Page
		err  error
	}
	totalsMsg struct {
		n      int
		totals view.Totals
		took   time.Duration
		err    error
	}
	detailMsg struct {
		n, generation int
		subject       *subject
		lines         []detailLine
		err           error
	}
	changedMsg struct{ err error }
	stateMsg   struct{ state view.State }
	tickMsg    struct{}
	noticeMsg  struct{ notice Notice }
	bugMsg     struct{ bug *PanicError }

	// What came of actions.
	sentMsg struct {
		parent webhook.ID // what was sent again; empty: nothing
		what   string     // what was triggered
		sent   []webhook.Summary
		err    error
	}
	batchAskedMsg struct {
		ids   []webhook.ID
		where string // they go
		err   error
	}
	batchMsg struct {
		of   *batch
		sent webhook.Summary
		err  error
	}
	deliveryMsg struct {
		delivery webhook.Delivery
		use      use
		err      error
	}
	editedMsg struct {
		parent webhook.ID
		edit   view.Edit
		err    error
	}
	savedMsg struct {
		path string
		err  error
	}
)

// use is what a delivery is read for.
type use int

const (
	useEdit use = iota
	useCopyBody
	useCopyCurl
	useSave
)
