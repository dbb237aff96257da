package display

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// demonstrated is the hint that `demo` composes.
func demonstrated() Hint {
	return Hint{
		Reason: "It compares with <hex>; the header is sha256=<hex>.",
		Fix:    "Take sha256= off the header before comparing.",
	}
}

func TestCauseAndFixHaveLabels(t *testing.T) {
	want := `
             cause  It compares with <hex>; the header is sha256=<hex>.
             fix    Take sha256= off the header before comparing.
`
	lines := demonstrated().Indented(terminal())
	if diff := cmp.Diff(want, "\n"+text(lines)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, want := marked(lines[1]), "             {dim fix    }Take sha256= off the header before comparing."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSentencesAreWrappedAndCommandsAreNot(t *testing.T) {
	h := demonstrated()
	h.Lines = []string{"One short.", "· compare with the bare hex, and a_word_that_no_line_can_hold_however_it_is_turned"}
	h.Lead, h.Command = "Find out:", "vidiking trigger render.complete --signature-style bare"
	want := `
             One short.
             · compare with the bare hex,
               and
               a_word_that_n…_it_is_turned
             cause  It compares with
                    <hex>; the header is
                    sha256=<hex>.
             fix    Take sha256= off the
                    header before
                    comparing.
             Find out:
             vidiking trigger render.complete --signature-style bare
`
	lines := h.Indented(wide(43))
	if diff := cmp.Diff(want, "\n"+text(lines)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, want := marked(lines[len(lines)-1]), "             {bold vidiking trigger render.complete --signature-style bare}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := len(h.Indented(unbounded())), 5; got != want {
		t.Errorf("unbounded: got %d lines, want %d", got, want)
	}
}

func TestCommandFollowsItsLead(t *testing.T) {
	for h, want := range map[*Hint]string{
		{Lead: "Once it is:", Command: "vidiking replay dlv_k0s4xg"}: "             Once it is: {bold vidiking replay dlv_k0s4xg}",
		{Command: "vidiking replay dlv_k0s4xg"}:                      "             {bold vidiking replay dlv_k0s4xg}",
	} {
		if got := marked(h.Indented(terminal())[0]); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := (Hint{Lead: "Once it is:"}).Indented(terminal()); len(got) != 0 {
		t.Errorf("a lead without a command: got %q, want nothing", text(got))
	}
}

func TestCommandIsOnTheLineOfItsLeadIfBothFit(t *testing.T) {
	h := Hint{Lead: "Find out:", Command: "vidiking trigger render.complete --signature-style bare"}
	for width, want := range map[int]int{79: 1, 78: 2} {
		if got := len(h.Indented(wide(width))); got != want {
			t.Errorf("65 cells at %d columns, indented by 13: got %d lines, want %d", width, got, want)
		}
	}
}

func TestHintAsOneLine(t *testing.T) {
	h := demonstrated()
	h.Lines, h.Lead, h.Command = []string{"One.", "Two."}, "Once it is:", "vidiking replay dlv_k0s4xg"
	want := "One. Two. It compares with <hex>; the header is sha256=<hex>. Take sha256= off the header before comparing. " +
		"Once it is: vidiking replay dlv_k0s4xg"
	if got := h.String(); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}
