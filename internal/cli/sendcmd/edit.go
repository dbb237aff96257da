package sendcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/editor"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// editByHand has the user change a body in their editor. Where they changed nothing, or emptied it, it says so and the error ends the
// command with 0: not to send is what they chose. What can't be edited has the hint what else to do.
func editByHand(ctx context.Context, a *cmdutil.App, p output.Printer, body []byte, instead string) ([]byte, error) {
	edited, err := editDraft(ctx, a, body, instead)
	var without *editor.NotFoundError
	if f := (*cmdutil.Failure)(nil); errors.As(err, &without) && errors.As(err, &f) {
		f.Hints = append(f.Hints, withoutEditor)
	}
	if n, ok := NotSent(err); ok {
		p.Notice(n)
		return nil, cmdutil.ErrSilent{Code: cmdutil.ExitDone}
	}
	return edited, err
}

// NotSent says that what was edited is not sent, where that is what the user chose.
func NotSent(err error) (n output.Notice, ok bool) {
	switch {
	case errors.Is(err, editor.ErrUnchanged):
		return output.Notice{Code: "not_changed", Message: "Nothing was changed, so nothing is sent."}, true
	case errors.Is(err, editor.ErrEmpty):
		return output.Notice{Code: "saved_empty", Message: "The payload was saved empty, so nothing is sent."}, true
	default:
		return n, false
	}
}

// editDraft has the user change a body. What is no edit to send is an error of package editor.
func editDraft(ctx context.Context, a *cmdutil.App, body []byte, instead string) ([]byte, error) {
	command, err := EditorFor(a, body, instead)
	if err != nil {
		return nil, err
	}
	return EditWith(ctx, a, command, body)
}

// EditorFor is the editor for a body. What can't be edited has the hint what else to do.
func EditorFor(a *cmdutil.App, body []byte, instead string) (editor.Command, error) {
	if !editor.IsText(body) {
		return editor.Command{}, cmdutil.Failed(nil, "the body is not text, so it can't be edited", instead)
	}
	return chooseEditor(a)
}

// EditWith opens an editor on a body as often as it takes until that is a payload again.
func EditWith(ctx context.Context, a *cmdutil.App, command editor.Command, body []byte) (_ []byte, err error) {
	draft := editor.NewDraft(body)
	file, err := editor.NewFile(draft.Extension())
	if err != nil {
		return nil, noDraft(err)
	}
	defer func() { _ = file.Remove() }() // what can't be removed is the owner's own, and the system's directory is emptied
	var fault *cmdutil.Failure
	for {
		edited, err := editOnce(ctx, a, command, file, draft)
		var up *editor.AbandonedError
		switch {
		case err == nil:
			return edited, nil
		case errors.As(err, &up):
			fault.Hints = []string{"it was not mended, so nothing was sent"}
			return nil, fault
		case !isFault(err):
			return nil, err
		}
		fault = noteFault(a, draft, err)
	}
}

// editOnce opens the editor on the draft and takes what was saved.
func editOnce(ctx context.Context, a *cmdutil.App, c editor.Command, file *editor.File, draft *editor.Draft) ([]byte, error) {
	if err := file.Write(draft.Text()); err != nil {
		return nil, noDraft(err)
	}
	if err := runEditor(ctx, a, c, file.Path()); err != nil {
		return nil, err
	}
	saved, err := file.Read(cmdutil.MaxData)
	if err != nil {
		return nil, noDraft(err)
	}
	if len(saved) > cmdutil.MaxData {
		return nil, cmdutil.Usage(fmt.Sprintf("what was saved is larger than %d MiB", cmdutil.MaxData>>20), "send a smaller payload")
	}
	return draft.Apply(saved)
}

func noDraft(err error) error {
	return cmdutil.Failed(err, "can't keep the payload in a file to edit: "+cmdutil.PathReason(err), "use another directory: set TMPDIR")
}

// isFault reports whether the error is that a payload is none.
func isFault(err error) bool {
	var syntax *jsontext.SyntaxError
	var kind *jsontext.NotObjectError
	return errors.As(err, &syntax) || errors.As(err, &kind) || errors.Is(err, jsontext.ErrTooDeep) || errors.Is(err, jsontext.ErrTooLarge)
}

// noteFault says what is wrong with what was saved: on stderr, and, since the editor covers that, at the top of the text when it
// opens again.
func noteFault(a *cmdutil.App, draft *editor.Draft, err error) *cmdutil.Failure {
	f := cmdutil.NotJSON("what was saved", err)
	note := noteOf(f)
	var syntax *jsontext.SyntaxError
	if errors.As(err, &syntax) {
		moved := *syntax
		moved.Line += len(note) // where the line stands below the note
		f = cmdutil.NotJSON("what was saved", &moved)
		note = noteOf(f)
	}
	draft.SetNotes(note)
	a.Stderr().Error(f.What, f.Detail, []string{"mend it in the editor, which opens again; saved empty, nothing is sent"})
	return f
}

func noteOf(f *cmdutil.Failure) []string {
	note := []string{"error: " + f.What}
	for _, l := range f.Detail {
		note = append(note, "         "+l)
	}
	for _, l := range f.Hints {
		note = append(note, "hint:  "+l)
	}
	return append(note, "Mend it, save and close. Saved empty, nothing is sent. Lines with # at the top are left out.")
}

// chooseEditor finds the editor, and refuses one that would draw on a terminal where there is none.
func chooseEditor(a *cmdutil.App) (editor.Command, error) {
	c, err := editor.Choose(a.W.Env, exec.LookPath)
	var missing *editor.NotFoundError
	switch {
	case errors.As(err, &missing) && missing.Variable != "":
		return c, noEditor(missing, "name one that is: export "+missing.Variable+"='code --wait'")
	case errors.As(err, &missing):
		return c, noEditor(missing, "name yours: export VISUAL='code --wait'")
	case err != nil:
		return c, err
	case c.NeedsTerminal() && !hasTerminal(a):
		return c, cmdutil.Usage("--edit opens "+c.Name()+", which needs a terminal, and there is none",
			"name an editor that needs none: export VISUAL='code --wait'", withoutEditor)
	}
	return c, nil
}

// withoutEditor is what else a command can do.
const withoutEditor = "or change the payload without one: --set data.credits_used=12"

func noEditor(cause error, hint string) error {
	f := cmdutil.Usage(cause.Error(), hint)
	f.Cause = cause
	return f
}

func hasTerminal(a *cmdutil.App) bool {
	if a.W.StdinTerminal && a.W.StdoutTerminal {
		return true
	}
	in, out, err := openTerminal(a)
	if err != nil {
		return false
	}
	closeTerminal(in, out)
	return true
}

var errNoTerminal = errors.New("there is no terminal")

func openTerminal(a *cmdutil.App) (in, out *os.File, err error) {
	if a.W.OpenTerminal == nil {
		return nil, nil, errNoTerminal
	}
	return a.W.OpenTerminal()
}

func closeTerminal(in, out *os.File) {
	_ = in.Close()
	if out != in {
		_ = out.Close()
	}
}

// editorGrace is how long an editor may take to give the terminal back when it is asked to end.
const editorGrace = 3 * time.Second

// runEditor runs the editor on the user's terminal, also where stdin or stdout is something else: what is piped in or out is not the
// editor's.
func runEditor(ctx context.Context, a *cmdutil.App, c editor.Command, path string) error {
	cmd := exec.CommandContext(ctx, c.Args[0], append(c.Args[1:len(c.Args):len(c.Args)], path)...)
	cmd.Cancel = func() error { return listen.Terminate(cmd.Process) }
	cmd.WaitDelay = editorGrace
	cmd.Stdout, cmd.Stderr = a.W.Stderr, a.W.Stderr
	if !a.W.StdinTerminal || !a.W.StdoutTerminal {
		if in, out, err := openTerminal(a); err == nil {
			defer closeTerminal(in, out)
			cmd.Stdin, cmd.Stdout = in, io.Writer(out)
		}
	}
	if a.W.StdinTerminal {
		cmd.Stdin = a.W.Stdin
	}
	if a.W.StdoutTerminal {
		cmd.Stdout = a.W.Stdout
	}
	err := cmd.Run()
	var ended *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &ended):
		return cmdutil.Failed(err, c.Name()+" ended with "+ended.String()+", so nothing was sent", "another editor: export VISUAL='code --wait'")
	case err != nil:
		return cmdutil.Usage("can't start "+c.Name()+": "+cmdutil.StartReason(err), "another editor: export VISUAL='code --wait'")
	}
	return nil
}
