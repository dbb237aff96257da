package cmdutil

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/vidiking/vidiking-cli/internal/editor"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// EditByHand lets the user change a body in their editor. If they changed nothing or saved it empty, EditByHand prints that and returns
// an error that ends the command with exit code 0. Instead is the hint for a body that cannot be edited.
func EditByHand(ctx context.Context, a *App, p output.Printer, body []byte, instead string) ([]byte, error) {
	edited, err := editDraft(ctx, a, body, instead)
	var without *editor.NotFoundError
	if f := (*Failure)(nil); errors.As(err, &without) && errors.As(err, &f) {
		f.Hints = append(f.Hints, withoutEditor)
	}
	if n, ok := NotSent(err); ok {
		p.Notice(n)
		return nil, ErrSilent{Code: output.ExitDone}
	}
	return edited, err
}

// NotSent returns the notice for an edit that the user chose not to send; ok is false for other errors.
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

func editDraft(ctx context.Context, a *App, body []byte, instead string) ([]byte, error) {
	command, err := EditorFor(a, body, instead)
	if err != nil {
		return nil, err
	}
	return EditWith(ctx, a, command, body)
}

// EditorFor returns the user's editor. If the body is not text, the error has the hint instead.
func EditorFor(a *App, body []byte, instead string) (editor.Command, error) {
	if !editor.IsText(body) {
		return editor.Command{}, Failed(nil, "cannot edit the body: it is not text", instead)
	}
	return chooseEditor(a)
}

// EditWith opens an editor on a body, and opens it again until the saved text is a payload.
func EditWith(ctx context.Context, a *App, command editor.Command, body []byte) (_ []byte, err error) {
	draft := editor.NewDraft(body)
	file, err := editor.NewFile(draft.Extension())
	if err != nil {
		return nil, draftFailed(err)
	}
	defer func() { _ = file.Remove() }() // the file is private, and the system empties its directory
	var invalid *Failure
	for {
		edited, err := editOnce(ctx, a, command, file, draft)
		var abandoned *editor.AbandonedError
		switch {
		case err == nil:
			return edited, nil
		case errors.As(err, &abandoned):
			invalid.Hints = []string{"it was not fixed, so nothing was sent"}
			return nil, invalid
		case !isInvalidPayload(err):
			return nil, err
		}
		invalid = noteInvalid(a, draft, err)
	}
}

// editOnce opens the editor on the draft and reads the saved text.
func editOnce(ctx context.Context, a *App, c editor.Command, file *editor.File, draft *editor.Draft) ([]byte, error) {
	if err := file.Write(draft.Text()); err != nil {
		return nil, draftFailed(err)
	}
	if err := runEditor(ctx, a, c, file.Path()); err != nil {
		return nil, err
	}
	saved, err := file.Read(MaxBody)
	if err != nil {
		return nil, draftFailed(err)
	}
	if len(saved) > MaxBody {
		return nil, Usage(fmt.Sprintf("the saved payload is larger than %d MiB", MaxBody>>20), "send a smaller payload")
	}
	return draft.Apply(saved)
}

func draftFailed(err error) error {
	return Failed(err, "cannot write the payload to a file for the editor: "+output.PathReason(err), "use another directory: set TMPDIR")
}

// isInvalidPayload reports whether the error is that the saved text is not a payload.
func isInvalidPayload(err error) bool {
	var syntax *jsontext.SyntaxError
	var kind *jsontext.NotObjectError
	return errors.As(err, &syntax) || errors.As(err, &kind) || errors.Is(err, jsontext.ErrTooDeep) || errors.Is(err, jsontext.ErrTooLarge)
}

// noteInvalid prints what is wrong with the saved text. It also adds it as a note at the top of the text, because the editor covers
// stderr when it opens again.
func noteInvalid(a *App, draft *editor.Draft, err error) *Failure {
	f := output.NotJSON("the saved payload", err)
	note := noteOf(f)
	var syntax *jsontext.SyntaxError
	if errors.As(err, &syntax) {
		moved := *syntax
		moved.Line += len(note) // the note is above it
		f = output.NotJSON("the saved payload", &moved)
		note = noteOf(f)
	}
	draft.SetNotes(note)
	a.Stderr().Error(f.What, f.Detail, []string{"fix it in the editor, which opens again; save an empty file to send nothing"})
	return f
}

func noteOf(f *Failure) []string {
	note := []string{"error: " + f.What}
	for _, l := range f.Detail {
		note = append(note, "         "+l)
	}
	for _, l := range f.Hints {
		note = append(note, "hint:  "+l)
	}
	return append(note, "Fix it, save and close. Save an empty file to send nothing. Lines with # at the top are ignored.")
}

// chooseEditor finds the editor. It rejects an editor that needs a terminal if there is none.
func chooseEditor(a *App) (editor.Command, error) {
	c, err := editor.Choose(a.Env.Getenv, exec.LookPath)
	var missing *editor.NotFoundError
	switch {
	case errors.As(err, &missing) && missing.Variable != "":
		return c, noEditor(missing, "set it to another one: export "+missing.Variable+"='code --wait'")
	case errors.As(err, &missing):
		return c, noEditor(missing, "set yours: export VISUAL='code --wait'")
	case err != nil:
		return c, err
	case c.NeedsTerminal() && !hasTerminal(a):
		return c, Usage("--edit opens "+c.Name()+", which needs a terminal, but there is none",
			"use an editor that does not need one: export VISUAL='code --wait'", withoutEditor)
	}
	return c, nil
}

// withoutEditor is a hint to change a payload without an editor.
const withoutEditor = "or change the payload without one: --set data.credits_used=12"

func noEditor(cause error, hint string) error {
	f := Usage(cause.Error(), hint)
	f.Cause = cause
	return f
}

func hasTerminal(a *App) bool {
	if a.Env.StdinTerminal && a.Env.StdoutTerminal {
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

func openTerminal(a *App) (in, out *os.File, err error) {
	if a.Env.OpenTerminal == nil {
		return nil, nil, errNoTerminal
	}
	return a.Env.OpenTerminal()
}

func closeTerminal(in, out *os.File) {
	_ = in.Close()
	if out != in {
		_ = out.Close()
	}
}

// editorGrace is the time that an editor has to exit and restore the terminal after a signal.
const editorGrace = 3 * time.Second

// runEditor runs the editor on the user's terminal. If stdin or stdout is a pipe, the editor does not get it.
func runEditor(ctx context.Context, a *App, c editor.Command, path string) error {
	cmd := exec.CommandContext(ctx, c.Args[0], append(c.Args[1:len(c.Args):len(c.Args)], path)...)
	cmd.Cancel = func() error { return listen.Terminate(cmd.Process) }
	cmd.WaitDelay = editorGrace
	cmd.Stdout, cmd.Stderr = a.Env.Stderr, a.Env.Stderr
	if !a.Env.StdinTerminal || !a.Env.StdoutTerminal {
		if in, out, err := openTerminal(a); err == nil {
			defer closeTerminal(in, out)
			cmd.Stdin, cmd.Stdout = in, io.Writer(out)
		}
	}
	if a.Env.StdinTerminal {
		cmd.Stdin = a.Env.Stdin
	}
	if a.Env.StdoutTerminal {
		cmd.Stdout = a.Env.Stdout
	}
	err := cmd.Run()
	var ended *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &ended):
		return Failed(err, c.Name()+" ended with "+ended.String()+", so nothing was sent", "use another editor: export VISUAL='code --wait'")
	case err != nil:
		return Usage("cannot start "+c.Name()+": "+output.StartReason(err), "use another editor: export VISUAL='code --wait'")
	}
	return nil
}
