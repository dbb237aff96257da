// Package keys is the keyboard of the screen: the key map, the help and the footer, which are generated from it.
package keys

import (
	tea "charm.land/bubbletea/v2"

	"charm.land/bubbles/v2/key"
	"github.com/vidiking/vidiking-cli/internal/view"
)

// Map holds all keys. The help, the footer and the table in docs/tui.md are generated from it.
type Map struct {
	Up, Down, PageUp, PageDown, Top, Bottom key.Binding
	Open, Back, Next, Previous, Left, Right key.Binding
	Filter, Choose, Mark, Replay, ReplayAll key.Binding
	Edit, Trigger, Diff, Resign, Diagnose   key.Binding
	CopyID, CopyBody, CopyCurl, CopyURL     key.Binding
	Save                                    key.Binding
	DetailUp, DetailDown                    key.Binding
	NextDelivery, PreviousDelivery          key.Binding
	NextMatch, PreviousMatch                key.Binding
	ViewAll, ViewJobs, ViewFailed           key.Binding
	Pause, Wrap, Format                     key.Binding
	Help, Quit, Interrupt, Suspend, Command key.Binding
	Yes, No                                 key.Binding
}

func bind(shown, what string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, what))
}

// New returns the key map.
func New() Map {
	return Map{
		Up:       bind("↑ k", "up", "up", "k"),
		Down:     bind("↓ j", "down", "down", "j"),
		PageUp:   bind("pgup", "page up", "pgup", "ctrl+b", "ctrl+u"),
		PageDown: bind("pgdn", "page down", "pgdown", "ctrl+f", "ctrl+d"),
		Top:      bind("home g", "oldest", "home", "g"),
		Bottom:   bind("end G", "newest", "end", "G"),
		Open:     bind("enter", "open the detail; fold", "enter"),
		Back:     bind("esc", "back; clear filter", "esc"),
		Next:     bind("tab", "next tab", "tab"),
		Previous: bind("shift+tab", "previous tab", "shift+tab"),
		Left:     bind("← h", "to the list; fold", "left", "h"),
		Right:    bind("→ l", "to the detail; unfold", "right", "l"),

		DetailUp:         bind("K", "scroll the detail up", "K"),
		DetailDown:       bind("J", "scroll the detail down", "J"),
		ViewAll:          bind("1", "list all deliveries", "1"),
		ViewJobs:         bind("2", "list jobs", "2"),
		ViewFailed:       bind("3", "list failed deliveries", "3"),
		NextMatch:        bind("n", "next match", "n"),
		PreviousMatch:    bind("N", "previous match", "N"),
		NextDelivery:     bind("]", "next delivery", "]"),
		PreviousDelivery: bind("[", "previous delivery", "["),

		Filter:    bind("/", "filter: status:failed", "/"),
		Choose:    bind("f", "build a filter from lists", "f"),
		Mark:      bind("space", "mark or unmark, for R and d", "space"),
		Replay:    bind("r", "replay", "r"),
		ReplayAll: bind("R", "replay marked or matching", "R"),
		Resign:    bind("S", "re-sign and send", "S"),
		Diagnose:  bind("D", "diagnose a refusal", "D"),
		Edit:      bind("e", "edit, re-sign and send", "e"),
		Trigger:   bind("t", "trigger an event or scenario", "t"),
		Diff:      bind("d", "compare with the previous", "d"),

		CopyID:   bind("y", "copy the id", "y"),
		CopyBody: bind("Y", "copy the payload", "Y"),
		CopyURL:  bind("u", "copy the URL", "u"),
		CopyCurl: bind("c", "copy as a curl command", "c"),
		Save:     bind("s", "save the body to a file", "s"),

		Pause:     bind("p", "pause or resume", "p"),
		Wrap:      bind("w", "wrap long lines", "w"),
		Format:    bind("v", "tree, pretty or raw", "v"),
		Command:   bind(":", "all commands", ":"),
		Help:      bind("?", "this help", "?"),
		Quit:      bind("q", "quit", "q"),
		Interrupt: bind("ctrl+c", "quit without asking", "ctrl+c"),
		Suspend:   bind("ctrl+z", "suspend; fg resumes", "ctrl+z"),

		Yes: bind("y", "yes", "y", "enter"),
		No:  bind("n", "no", "n", "esc", "q", "ctrl+c"),
	}
}

// Group is a group of keys in the help.
type Group struct {
	Name string
	Keys []Help
}

// Help is a line of the help: a key, or two opposite keys.
type Help struct {
	Keys    string
	Short   string // fits two columns in 80 cells
	Long    string // for wider screens and docs/tui.md
	enabled bool
}

func keyHelp(b key.Binding, whole string) Help {
	return Help{b.Help().Key, b.Help().Desc, whole, b.Enabled()}
}

func keyPairHelp(shown, what string, a, b key.Binding) Help {
	return Help{shown, what, what, a.Enabled() && b.Enabled()}
}

// Groups returns all keys in the order of the help. The first two groups are in its first column.
func (k *Map) Groups() []Group {
	return []Group{
		{"Move", []Help{
			keyPairHelp("↑ ↓ k j", "up, down", k.Up, k.Down),
			keyPairHelp("pgup pgdn", "page up, page down", k.PageUp, k.PageDown),
			keyPairHelp("home end g G", "oldest, newest", k.Top, k.Bottom),
			keyHelp(k.Open, "open the detail; in the detail: fold, unfold"),
			keyHelp(k.Back, "back to the list; stop, clear marks, clear filter"),
			keyHelp(k.Left, "to the list, or fold"),
			keyHelp(k.Right, "to the detail, or unfold"),
			keyPairHelp("J K", "scroll the detail", k.DetailDown, k.DetailUp),
			keyPairHelp("] [", "next, previous delivery", k.NextDelivery, k.PreviousDelivery),
			keyPairHelp("tab shift+tab", "next tab, previous tab", k.Next, k.Previous),
		}},
		{"View", []Help{
			keyHelp(k.ViewAll, "list all deliveries"),
			keyHelp(k.ViewJobs, "list jobs, with their events as ticks"),
			keyHelp(k.ViewFailed, "list failed deliveries that are not resolved"),
			keyHelp(k.Format, "show the payload as a tree, pretty-printed or raw"),
			keyHelp(k.Wrap, "wrap or cut long lines"),
			keyHelp(k.Pause, "pause or resume the view; deliveries continue"),
			keyHelp(k.Command, "all commands, searched by name"),
			keyHelp(k.Help, "this help; / searches it"),
			keyHelp(k.Suspend, "suspend; fg resumes"),
			keyHelp(k.Quit, "quit"),
			keyHelp(k.Interrupt, "quit without asking"),
		}},
		{"Find", []Help{
			keyHelp(k.Filter, "filter, for example event:render.* status:failed; in the detail: search"),
			keyPairHelp("n N", "next, previous match", k.NextMatch, k.PreviousMatch),
			keyHelp(k.Choose, "build a filter from lists of values"),
			keyHelp(k.Mark, "mark or unmark, for R and d"),
			keyHelp(k.Diff, "compare with the marked delivery or the previous one"),
		}},
		{"Send", []Help{
			keyHelp(k.Replay, "replay"),
			keyHelp(k.Resign, "sign again with your secret, and send"),
			keyHelp(k.ReplayAll, "replay all that are marked or match the filter"),
			keyHelp(k.Diagnose, "find out why the handler refused it (sends test deliveries)"),
			keyHelp(k.Edit, "edit the payload, re-sign it and send it"),
			keyHelp(k.Trigger, "trigger a sample event or a scenario"),
		}},
		{"Copy and save", []Help{
			keyHelp(k.CopyID, "copy the id"),
			keyHelp(k.CopyBody, "copy the payload"),
			keyHelp(k.CopyURL, "copy the URL that receives events"),
			keyHelp(k.CopyCurl, "copy as a curl command"),
			keyHelp(k.Save, "save the body to a file"),
		}},
		{"Glyphs", []Help{
			{"✓ ✗", "delivered, refused", "delivered (2xx), refused (any other code)", true},
			{"! ⊘", "unreachable, rejected", "unreachable or timed out, rejected because of the signature", true},
			{"– ·", "skipped, waiting", "skipped (no route or event filter selects it), waiting for a response", true},
			{"↻ ↻ ✓", "replay or retry, resolved", "a replay or the provider's retry, resolved by a replay", true},
		}},
		{"Mouse", []Help{
			{"click", "select, fold, open", "select a row, open a tab, fold, press a key of the last line, filter by a counter", true},
			{"wheel", "scroll", "scroll the list or the detail", true},
		}},
	}
}

// firstColumn is the number of groups in the help's first column.
const firstColumn = 2

// Disable disables the keys that have no action or tool.
func (k *Map) Disable(actions view.Actions, tools view.Tools) {
	k.Diff.SetEnabled(tools.Diff != nil)
	k.CopyCurl.SetEnabled(tools.Curl != nil)
	for _, b := range []*key.Binding{&k.Replay, &k.ReplayAll, &k.Resign, &k.Diagnose, &k.Edit, &k.Trigger, &k.Save} {
		b.SetEnabled(actions != nil)
	}
}

// Commands returns the commands that a single key starts, for the palette.
func (k *Map) Commands() (all []view.Sample) {
	for _, g := range k.Groups()[1:] {
		for _, h := range g.Keys {
			if _, ok := Press(h.Keys); ok && h.enabled && h.Keys != k.Command.Help().Key {
				all = append(all, view.Sample{Name: h.Short, Description: h.Keys})
			}
		}
	}
	return all
}

// KeyOf returns the key of a command.
func (k *Map) KeyOf(command string) tea.KeyPressMsg {
	for _, c := range k.Commands() {
		if c.Name == command {
			key, _ := Press(c.Description)
			return key
		}
	}
	return tea.KeyPressMsg{}
}
