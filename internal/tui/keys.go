package tui

import (
	"charm.land/bubbles/v2/key"
)

// keyMap holds all keys. The help, the footer and the table in docs/tui.md are generated from it.
type keyMap struct {
	up, down, pageUp, pageDown, top, bottom key.Binding
	open, back, next, previous, left, right key.Binding
	filter, choose, mark, replay, replayAll key.Binding
	edit, trigger, diff                     key.Binding
	copyID, copyBody, copyCurl, save        key.Binding
	pause, wrap, format                     key.Binding
	help, quit, interrupt, suspend          key.Binding
	yes, no                                 key.Binding
}

func bind(shown, what string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, what))
}

func newKeyMap() keyMap {
	return keyMap{
		up:       bind("↑ k", "up", "up", "k"),
		down:     bind("↓ j", "down", "down", "j"),
		pageUp:   bind("pgup", "page up", "pgup", "ctrl+b", "ctrl+u"),
		pageDown: bind("pgdn", "page down", "pgdown", "ctrl+f", "ctrl+d"),
		top:      bind("home g", "oldest", "home", "g"),
		bottom:   bind("end G", "newest", "end", "G"),
		open:     bind("enter", "open the detail; fold", "enter"),
		back:     bind("esc", "back; clear filter", "esc"),
		next:     bind("tab", "next tab", "tab"),
		previous: bind("shift+tab", "previous tab", "shift+tab"),
		left:     bind("← h", "to the list; fold", "left", "h"),
		right:    bind("→ l", "to the detail; unfold", "right", "l"),

		filter:    bind("/", "filter: status:failed", "/"),
		choose:    bind("f", "build a filter from lists", "f"),
		mark:      bind("space", "mark or unmark, for R and d", "space"),
		replay:    bind("r", "replay", "r"),
		replayAll: bind("R", "replay marked or matching", "R"),
		edit:      bind("e", "edit, re-sign and send", "e"),
		trigger:   bind("t", "trigger an event or scenario", "t"),
		diff:      bind("d", "compare with the previous", "d"),

		copyID:   bind("y", "copy the id", "y"),
		copyBody: bind("Y", "copy the payload", "Y"),
		copyCurl: bind("c", "copy as a curl command", "c"),
		save:     bind("s", "save the body to a file", "s"),

		pause:     bind("p", "pause or resume", "p"),
		wrap:      bind("w", "wrap long lines", "w"),
		format:    bind("v", "tree, pretty or raw", "v"),
		help:      bind("?", "this help", "?"),
		quit:      bind("q", "quit", "q"),
		interrupt: bind("ctrl+c", "quit without asking", "ctrl+c"),
		suspend:   bind("ctrl+z", "suspend; fg resumes", "ctrl+z"),

		yes: bind("y", "yes", "y", "enter"),
		no:  bind("n", "no", "n", "esc", "q", "ctrl+c"),
	}
}

// keyGroup is a group of keys in the help.
type keyGroup struct {
	name string
	keys []helpKey
}

// helpKey is a line of the help: a key, or two opposite keys.
type helpKey struct {
	keys    string
	short   string // fits two columns in 80 cells
	long    string // for wider screens and docs/tui.md
	enabled bool
}

func keyHelp(b key.Binding, whole string) helpKey {
	return helpKey{b.Help().Key, b.Help().Desc, whole, b.Enabled()}
}

func keyPairHelp(shown, what string, a, b key.Binding) helpKey {
	return helpKey{shown, what, what, a.Enabled() && b.Enabled()}
}

// groups returns all keys in the order of the help. The first two groups are in its first column.
func (k *keyMap) groups() []keyGroup {
	return []keyGroup{
		{"Move", []helpKey{
			keyPairHelp("↑ ↓ k j", "up, down", k.up, k.down),
			keyPairHelp("pgup pgdn", "page up, page down", k.pageUp, k.pageDown),
			keyPairHelp("home end g G", "oldest, newest", k.top, k.bottom),
			keyHelp(k.open, "open the detail; in the detail: fold, unfold"),
			keyHelp(k.back, "back to the list; stop, clear marks, clear filter"),
			keyHelp(k.left, "to the list, or fold"),
			keyHelp(k.right, "to the detail, or unfold"),
			keyPairHelp("tab shift+tab", "next tab, previous tab", k.next, k.previous),
		}},
		{"View", []helpKey{
			keyHelp(k.format, "show the payload as a tree, pretty-printed or raw"),
			keyHelp(k.wrap, "wrap or cut long lines"),
			keyHelp(k.pause, "pause or resume the view; deliveries continue"),
			keyHelp(k.help, "this help"),
			keyHelp(k.suspend, "suspend; fg resumes"),
			keyHelp(k.quit, "quit"),
			keyHelp(k.interrupt, "quit without asking"),
		}},
		{"Find", []helpKey{
			keyHelp(k.filter, "filter, for example event:render.* status:failed"),
			keyHelp(k.choose, "build a filter from lists of values"),
			keyHelp(k.mark, "mark or unmark, for R and d"),
			keyHelp(k.diff, "compare with the marked delivery or the previous one"),
		}},
		{"Send", []helpKey{
			keyHelp(k.replay, "replay"),
			keyHelp(k.replayAll, "replay all that are marked or match the filter"),
			keyHelp(k.edit, "edit the payload, re-sign it and send it"),
			keyHelp(k.trigger, "trigger a sample event or a scenario"),
		}},
		{"Copy and save", []helpKey{
			keyHelp(k.copyID, "copy the id"),
			keyHelp(k.copyBody, "copy the payload"),
			keyHelp(k.copyCurl, "copy as a curl command"),
			keyHelp(k.save, "save the body to a file"),
		}},
	}
}

// firstColumn is the number of groups in the help's first column.
const firstColumn = 2

// disableUnavailable disables the keys that have no action or tool.
func (k *keyMap) disableUnavailable(o Options) {
	k.diff.SetEnabled(o.Tools.Diff != nil)
	k.copyCurl.SetEnabled(o.Tools.Curl != nil)
	k.suspend.SetEnabled(o.CanSuspend)
	for _, b := range []*key.Binding{&k.replay, &k.replayAll, &k.edit, &k.trigger, &k.save} {
		b.SetEnabled(o.Actions != nil)
	}
}
