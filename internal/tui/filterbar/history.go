package filterbar

import "slices"

// maxHistory is the number of earlier filters that up and down recall.
const maxHistory = 50

// history is the filters that were kept, oldest first.
type history struct {
	all []string
	at  int // the one that is recalled; len(all): none
}

// reset recalls none.
func (h *history) reset() { h.at = len(h.all) }

// add adds a filter. One that it has already becomes the newest.
func (h *history) add(text string) {
	if text == "" {
		return
	}
	h.all = append(slices.DeleteFunc(h.all, func(s string) bool { return s == text }), text)
	h.all = h.all[max(len(h.all)-maxHistory, 0):]
}

// step recalls an earlier filter, or a later one if by is 1. After the newest, the text is empty. It returns false at the ends.
func (h *history) step(by int) (text string, ok bool) {
	at := h.at + by
	if at < 0 || at > len(h.all) {
		return "", false
	}
	if h.at = at; at < len(h.all) {
		text = h.all[at]
	}
	return text, true
}
