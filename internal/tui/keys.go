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
		pageUp:   bind("pgup ctrl+b", "a page up", "pgup", "ctrl+b", "ctrl+u"),
		pageDown: bind("pgdn ctrl+f", "a page down", "pgdown", "ctrl+f", "ctrl+d"),
		top:      bind("home g", "the oldest, or the first line", "home", "g"),
		bottom:   bind("end G", "the newest, and follow it", "end", "G"),
		open:     bind("enter", "go into the detail; there: fold", "enter"),
		back:     bind("esc", "back to the list; there: unmark all", "esc"),
		next:     bind("tab", "the next tab", "tab"),
		previous: bind("shift+tab", "the tab before", "shift+tab"),
		left:     bind("← h", "to the list, or fold", "left", "h"),
		right:    bind("→ l", "to the detail, or unfold", "right", "l"),

		filter:    bind("/", "filter, as in event:render.* status:failed", "/"),
		choose:    bind("f", "choose what to filter by", "f"),
		mark:      bind("space", "mark or unmark", "space"),
		replay:    bind("r", "send it again", "r"),
		replayAll: bind("R", "send all again that are marked, or match the filter", "R"),
		edit:      bind("e", "edit the payload and send it, signed anew", "e"),
		trigger:   bind("t", "trigger a sample event or a scenario", "t"),
		diff:      bind("d", "what differs from the marked one, or the one before", "d"),

		copyID:   bind("y", "copy the id", "y"),
		copyBody: bind("Y", "copy the payload", "Y"),
		copyCurl: bind("c", "copy it as a curl command", "c"),
		save:     bind("s", "save the body to a file", "s"),

		pause:     bind("p", "hold the view still; deliveries go on", "p"),
		wrap:      bind("w", "wrap long lines, or cut them", "w"),
		form:      bind("v", "the payload as tree, pretty or raw", "v"),
		help:      bind("?", "this help", "?"),
		quit:      bind("q", "quit", "q"),
		interrupt: bind("ctrl+c", "quit without being asked", "ctrl+c"),
		suspend:   bind("ctrl+z", "back to the shell; fg returns", "ctrl+z"),

		yes: bind("y", "yes", "y", "enter"),
		no:  bind("n", "no", "n", "esc", "q", "ctrl+c"),
	}
}

// keyGroup is keys that belong together, for those who look for one.
type keyGroup struct {
	name string
	keys []key.Binding
}

func (k *keyMap) groups() []keyGroup {
	return []keyGroup{
		{"Move", []key.Binding{k.up, k.down, k.pageUp, k.pageDown, k.top, k.bottom, k.open, k.back, k.left, k.right, k.next, k.previous}},
		{"Find", []key.Binding{k.filter, k.choose, k.mark, k.diff}},
		{"Send", []key.Binding{k.replay, k.replayAll, k.edit, k.trigger}},
		{"Take along", []key.Binding{k.copyID, k.copyBody, k.copyCurl, k.save}},
		{"View", []key.Binding{k.form, k.wrap, k.pause, k.help, k.suspend, k.quit, k.interrupt}},
	}
}

// without takes the keys away for which there is no tool.
func (k *keyMap) without(o Options) {
	k.diff.SetEnabled(o.Tools.Diff != nil)
	k.copyCurl.SetEnabled(o.Tools.Curl != nil)
	k.suspend.SetEnabled(o.Suspend)
	for _, b := range []*key.Binding{&k.replay, &k.replayAll, &k.edit, &k.trigger, &k.save} {
		b.SetEnabled(o.Actions != nil)
	}
}
