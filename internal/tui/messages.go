package tui

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The messages that the model receives besides keys, mouse and size. A response carries the number of its request.
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
		n, version int
		subject    *subject
		lines      []detailLine
		err        error
	}
	changedMsg struct{ err error }
	stateMsg   struct{ state view.State }
	tickMsg    struct{}
	noticeMsg  struct{ notice Notice }
	bugMsg     struct{ bug *PanicError }

	// Results of actions.
	sentMsg struct {
		parent webhook.ID // the replayed delivery; empty: not a replay
		name   string     // the triggered event or scenario
		sent   []webhook.Summary
		err    error
	}
	batchReadyMsg struct {
		ids         []webhook.ID
		destination string
		err         error
	}
	batchMsg struct {
		batch *batch
		sent  webhook.Summary
		err   error
	}
	deliveryMsg struct {
		delivery webhook.Delivery
		purpose  purpose
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

// purpose is the reason for which a delivery is read.
type purpose int

const (
	purposeEdit purpose = iota
	purposeCopyBody
	purposeCopyCurl
	purposeSave
)
