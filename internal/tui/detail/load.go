package detail

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/tui/task"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// subject is the data that the detail shows.
type subject struct {
	delivery   webhook.Delivery
	tree       webhook.ReplayTree
	deliveries []webhook.Summary // about the same job, oldest first
	comparedTo *webhook.Delivery // set on the Diff tab
	diagnosis  *view.Diagnosis   // nil: not diagnosed
}

// loader reads deliveries and renders them outside the screen's goroutine.
type loader struct {
	source   Source
	requests task.Tracker
	loading  webhook.Summary // the delivery that the detail shows or is loading
	version  int             // incremented when the detail's settings change

	diagnoses map[webhook.ID]*view.Diagnosis // the results of this session
}

// load reads and renders a delivery.
func (d *loader) load(id webhook.ID, r renderer) tea.Cmd {
	ctx, n := d.requests.Begin(d.source.Runner.Context)
	version, log := d.version, d.source.Log
	marked, diagnosis := d.source.Marked(id), d.diagnoses[id]
	return task.Run(ctx, func(ctx context.Context) tea.Msg {
		s, err := readSubject(ctx, log, id, r.tab, marked)
		if err != nil {
			return LoadedMsg{n: n, err: err}
		}
		s.diagnosis = diagnosis
		return LoadedMsg{n, version, s, r.lines(ctx, *s), nil}
	})
}

// readSubject reads the data that a tab shows.
func readSubject(ctx context.Context, log view.Log, id webhook.ID, shown tab, marked webhook.ID) (*subject, error) {
	d, tree, err := log.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	s := &subject{delivery: d, tree: tree}
	if s.deliveries, err = log.Life(ctx, d); err != nil || shown != tabDiff {
		return s, err
	}
	var other webhook.Delivery
	if marked == "" {
		marked = d.ReplayOf // compare a replay with the original
	}
	found := false
	if marked != "" {
		other, _, err = log.Get(ctx, marked)
		found = err == nil
	}
	if err != nil && !isNotFound(err) {
		return nil, err // don't compare with another delivery than the marked one
	}
	if !found {
		other, found, err = log.PreviousOfEvent(ctx, d)
	}
	if err == nil && found {
		s.comparedTo = &other
	}
	return s, err
}

// rerender renders the detail after a change of its settings.
func (d *Model) rerender() tea.Cmd {
	d.version++
	if d.requests.Busy {
		return nil // the response of the running request has an old version, so it is rendered again
	}
	return d.render(d.subject, d.renderer())
}

// render renders a delivery that has been read. It does nothing if there is none.
func (d *loader) render(s *subject, r renderer) tea.Cmd {
	if s == nil {
		return nil
	}
	ctx, n := d.requests.Begin(d.source.Runner.Context)
	version := d.version
	return task.Run(ctx, func(ctx context.Context) tea.Msg { return LoadedMsg{n, version, s, r.lines(ctx, *s), nil} })
}

func (d *Model) renderer() renderer {
	return renderer{
		tab: d.Tabs.open, format: d.format, wrap: d.wrap, folds: d.folds, pages: d.pages, style: d.view.Style, withTitle: d.view.Title, tools: d.source.Tools,
		search:      d.Search.text,
		canDiagnose: d.keys.Diagnose.Enabled(),
	}
}
