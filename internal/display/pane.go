package display

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// A pane is a list that stands beside the detail of one of its rows. Its rows have no id, which the detail shows, and fill all of
// Style.Width, since the pane does not end where the terminal does.

// PaneRow is a delivery's line in a pane.
func PaneRow(s webhook.Summary, st Style) Line {
	l := st.paneLayout()
	return l.arrange(st.fields(s, st.took(s), l))
}

// PaneWaitingRow is the line in a pane of a delivery whose answer is not there yet, as [WaitingRow] is.
func PaneWaitingRow(s webhook.Summary, elapsed time.Duration, st Style) Line {
	l := st.paneLayout()
	s, took := st.waiting(s, elapsed)
	return l.arrange(st.fields(s, took, l))
}

// PaneHead names the columns of a PaneRow of the same style.
func PaneHead(st Style) Line { return st.paneLayout().arrange(names()) }

func (st Style) paneLayout() layout {
	cells := st.Width
	l := layout{
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
