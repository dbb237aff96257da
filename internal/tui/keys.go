package tui

import (
	"charm.land/bubbles/v2/key"
)

// keyMap is every key there is. Help, footer and the page of the documentation come of it.
type keyMap struct {
	up, down, pageUp, pageDown, top, bottom key.Binding
	open, back, next, previous, left, right key.Binding
	filter, choose, mark, replay, replayAll key.Binding
	edit, trigger, diff                     key.Binding
	copyID, copyBody, copyCurl, save        key.Binding
	pause, wrap, form                       key.Binding
	help, quit, interrupt, suspend          key.Binding
	yes, no                                 key.Binding
}

func bind(shown, what string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, what))
}

func newKeyMap() keyMap {
	return keyMap{
		up:       bind("↑ k", "one up", "up", "k"),
		down:     bind("↓ j", "one down", "down", "j"),
		pageUp:   bind("pgup", "a page up", "pgup", "ctrl+b", "ctrl+u"),
		pageDown: bind("pgdn", "a page down", "pgdown", "ctrl+f", "ctrl+d"),
		top:      bind("home g", "the oldest", "home", "g"),
		bottom:   bind("end G", "the newest", "end", "G"),
		open:     bind("enter", "into the detail; fold", "enter"),
		back:     bind("esc", "back; unmark, unfilter", "esc"),
		next:     bind("tab", "the next tab", "tab"),
		previous: bind("shift+tab", "the tab before", "shift+tab"),
		left:     bind("← h", "to the list; fold", "left", "h"),
		right:    bind("→ l", "to the detail; unfold", "right", "l"),

		filter:    bind("/", "filter, as in status:failed", "/"),
		choose:    bind("f", "choose what to filter by", "f"),
		mark:      bind("space", "mark or unmark, for R and d", "space"),
		replay:    bind("r", "send it again", "r"),
		replayAll: bind("R", "send all marked, or found", "R"),
		edit:      bind("e", "edit, sign and send it", "e"),
		trigger:   bind("t", "trigger an event or scenario", "t"),
		diff:      bind("d", "compare with the one before", "d"),

		copyID:   bind("y", "copy the id", "y"),
		copyBody: bind("Y", "copy the payload", "Y"),
		copyCurl: bind("c", "copy it as a curl command", "c"),
		save:     bind("s", "save the body to a file", "s"),

		pause:     bind("p", "hold the view; go on", "p"),
		wrap:      bind("w", "wrap long lines", "w"),
		form:      bind("v", "tree, pretty or raw", "v"),
		help:      bind("?", "this help", "?"),
		quit:      bind("q", "quit", "q"),
		interrupt: bind("ctrl+c", "quit, without asking", "ctrl+c"),
		suspend:   bind("ctrl+z", "to the shell; fg: back", "ctrl+z"),

		yes: bind("y", "yes", "y", "enter"),
		no:  bind("n", "no", "n", "esc", "q", "ctrl+c"),
	}
}

// keyGroup is keys that belong together, for those who look for one.
type keyGroup struct {
	name string
	keys []helpKey
}

// helpKey is a line of the help: a key, or two that are each other's opposite.
type helpKey struct {
	keys  string
	what  string // as short as two columns in 80 cells want it
	whole string // the same where there is room
	works bool
}

func one(b key.Binding, whole string) helpKey {
	return helpKey{b.Help().Key, b.Help().Desc, whole, b.Enabled()}
}

func two(shown, what string, a, b key.Binding) helpKey {
	return helpKey{shown, what, what, a.Enabled() && b.Enabled()}
}

// groups are all keys, in the order of the help: the first two groups stand in its first column.
func (k *keyMap) groups() []keyGroup {
	return []keyGroup{
		{"Move", []helpKey{
			two("↑ ↓ k j", "one up, one down", k.up, k.down),
			two("pgup pgdn", "a page up, a page down", k.pageUp, k.pageDown),
			two("home end g G", "the oldest, the newest", k.top, k.bottom),
			one(k.open, "into the detail; there: fold, unfold"),
			one(k.back, "back to the list; there: stop, unmark, unfilter"),
			one(k.left, "to the list, or fold"),
			one(k.right, "to the detail, or unfold"),
			two("tab shift+tab", "the next tab, previous", k.next, k.previous),
		}},
		{"View", []helpKey{
			one(k.form, "the payload as tree, pretty or raw"),
			one(k.wrap, "wrap long lines, or cut them"),
			one(k.pause, "hold the view still, or go on; deliveries do"),
			one(k.help, "this help"),
			one(k.suspend, "back to the shell; fg returns"),
			one(k.quit, "quit"),
			one(k.interrupt, "quit without being asked"),
		}},
		{"Find", []helpKey{
			one(k.filter, "filter, as in event:render.* status:failed"),
			one(k.choose, "choose what to filter by"),
			one(k.mark, "mark or unmark, for R and d"),
			one(k.diff, "what differs from the marked one, or the one before"),
		}},
		{"Send", []helpKey{
			one(k.replay, "send it again"),
			one(k.replayAll, "send all again that are marked, or match the filter"),
			one(k.edit, "edit the payload and send it, signed anew"),
			one(k.trigger, "trigger a sample event or a scenario"),
		}},
		{"Take along", []helpKey{
			one(k.copyID, "copy the id"),
			one(k.copyBody, "copy the payload"),
			one(k.copyCurl, "copy it as a curl command"),
			one(k.save, "save the body to a file"),
		}},
	}
}

// firstColumn is how many groups of the help stand in its first column.
const firstColumn = 2

// without takes the keys away for which there is no tool.
func (k *keyMap) without(o Options) {
	k.diff.SetEnabled(o.Tools.Diff != nil)
	k.copyCurl.SetEnabled(o.Tools.Curl != nil)
	k.suspend.SetEnabled(o.Suspend)
	for _, b := range []*key.Binding{&k.replay, &k.replayAll, &k.edit, &k.trigger, &k.save} {
		b.SetEnabled(o.Actions != nil)
	}
}
