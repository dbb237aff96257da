package display

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// A pane is a list next to the detail of one of its rows. Its rows have no id, because the detail shows it, and use all
// of Style.Width, because the pane does not end at the edge of the terminal.

// PaneRow returns the row of a delivery in a pane.
func PaneRow(s webhook.Summary, st Style) Line {
	l := st.paneLayout()
	return l.arrange(st.fields(s, st.took(s), l))
}

// PaneWaitingRow is [WaitingRow] for a pane.
func PaneWaitingRow(s webhook.Summary, elapsed time.Duration, st Style) Line {
	l := st.paneLayout()
	s, took := st.waiting(s, elapsed)
	return l.arrange(st.fields(s, took, l))
}

// PaneHead returns the column heads of PaneRow.
func PaneHead(st Style) Line { return st.paneLayout().arrange(names()) }

func (st Style) paneLayout() layout {
	cells := st.Width
	l := layout{
		time: timeCells,
		took: paneTookCells, origin: cells >= paneWithOrigin, size: cells >= paneWithSize, attempts: cells >= paneWithAttempts,
	}
	l.about = min(cells-paneWithoutAbout, wideAbout)
	if l.attempts {
		l.about = min(wideAbout+cells-paneWithAttempts, widestAbout)
	}
	if l.about < leastAbout {
		l.about = 0
	}
	return l.withTarget(st)
}
