package list

import (
	"maps"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Marks are the deliveries that the user has marked.
type Marks struct {
	all  map[webhook.ID]bool
	last webhook.ID
}

func newMarks() Marks { return Marks{all: map[webhook.ID]bool{}} }

// Toggle marks or unmarks a delivery.
func (m *Marks) Toggle(id webhook.ID) {
	if m.all[id] {
		delete(m.all, id)
		return
	}
	m.all[id] = true
	m.last = id
}

// Clear removes all marks.
func (m *Marks) Clear() { clear(m.all) }

// Has reports whether a delivery is marked.
func (m *Marks) Has(id webhook.ID) bool { return m.all[id] }

// Len returns the number of marked deliveries.
func (m *Marks) Len() int { return len(m.all) }

// Set returns a copy of the marked ids.
func (m *Marks) Set() map[webhook.ID]bool { return maps.Clone(m.all) }

// OtherThan returns a marked delivery that is not id; of several, the one that was marked last. It returns an empty id if there is none.
func (m *Marks) OtherThan(id webhook.ID) webhook.ID {
	if m.last != id && m.all[m.last] {
		return m.last
	}
	other := webhook.ID("")
	for marked := range m.all {
		if marked != id && (other == "" || marked < other) {
			other = marked
		}
	}
	return other
}
