package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/vidiking/vidiking-cli/internal/editor"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// sendable is what a screen sends, and the secrets that it is checked against where no session does that.
type sendable struct {
	arrival  relay.Arrival
	replayed *webhook.Delivery // nil for new deliveries
	checks   []webhook.Secret
}

func (s sendable) destination(f *destinations) (*destination, error) {
	if s.replayed != nil {
		return f.ofReplay(*s.replayed)
	}
	return f.ofNew(f.here.Project)
}

// deliver sends one delivery and returns how it stands in the log then.
type deliver func(ctx context.Context, s sendable) (webhook.Summary, error)

// screenActions is what a screen does with deliveries, in the words of the commands that do the same.
type screenActions struct {
	app     *app
	where   func(replayed []webhook.Summary) string
	deliver deliver
}

// Where says where replays of deliveries are sent, or new ones if there are none.
func (s *screenActions) Where(replayed ...webhook.Summary) string { return s.where(replayed) }

// Replay sends a delivery again, byte for byte.
func (s *screenActions) Replay(ctx context.Context, id webhook.ID) (webhook.Summary, error) {
	d, err := s.read(ctx, id)
	if err != nil {
		return webhook.Summary{}, err
	}
	var change replayChange
	if err := change.checkMasked([]webhook.Summary{d.Summary}); err != nil {
		return webhook.Summary{}, err
	}
	given, err := s.app.givenSecrets()
	if err != nil {
		return webhook.Summary{}, s.app.explained(err)
	}
	return s.send(ctx, sendable{replayOf(d, d.Header, d.Body), &d, given})
}

// SendEdited sends a changed body as a replay, signed anew.
func (s *screenActions) SendEdited(ctx context.Context, parent webhook.ID, body []byte) (webhook.Summary, error) {
	d, err := s.read(ctx, parent)
	if err != nil {
		return webhook.Summary{}, err
	}
	secret, err := s.app.secret()
	if err != nil {
		return webhook.Summary{}, s.app.explained(err)
	}
	change := replayChange{resign: true}
	return s.send(ctx, sendable{replayOf(d, change.header(secret.Secret, d, body), body), &d, []webhook.Secret{secret.Secret}})
}

// Trigger sends the samples of an event or a scenario.
func (s *screenActions) Trigger(ctx context.Context, name string) ([]webhook.Summary, error) {
	o := &triggerOptions{names: []string{name}, style: string(signature.StylePrefixed)}
	bodies, err := s.app.payloads(o)
	if err != nil {
		return nil, s.app.explained(err)
	}
	secret, err := s.app.secret()
	if err != nil {
		return nil, s.app.explained(err)
	}
	var sent []webhook.Summary
	for _, body := range bodies {
		in := relay.Arrival{Header: o.sign(secret.Secret, &body), Body: body, Origin: webhook.OriginTrigger}
		d, err := s.send(ctx, sendable{arrival: in, checks: []webhook.Secret{secret.Secret}})
		if err != nil {
			return sent, err
		}
		sent = append(sent, d)
	}
	return sent, nil
}

func (s *screenActions) send(ctx context.Context, what sendable) (webhook.Summary, error) {
	d, err := s.deliver(ctx, what)
	if err != nil {
		return d, s.app.explained(err)
	}
	return d, nil
}

func (s *screenActions) read(ctx context.Context, id webhook.ID) (webhook.Delivery, error) {
	r, err := s.app.openReader(ctx)
	if err != nil {
		return webhook.Delivery{}, s.app.explained(err)
	}
	defer func() { _ = r.Close() }()
	d, err := r.Get(ctx, id)
	if err != nil {
		return d, s.app.explained(err)
	}
	return d, nil
}

// outcomeSummary is how a delivery stands after it was sent.
func outcomeSummary(out relay.Outcome) webhook.Summary {
	if out.Delivery.Status.Forwardable() {
		return latest(out.Delivery.Summary, out.Attempt)
	}
	return out.Delivery.Summary
}

// Edit is what has the user change a delivery's body in their editor.
func (s *screenActions) Edit(d webhook.Delivery) (view.Edit, error) {
	command, err := s.app.editorFor(d.Body, "look at its bytes: vidiking webhooks show "+d.ID.Short(shortID)+" --raw")
	if err != nil {
		return nil, s.app.explained(err)
	}
	return &screenEdit{app: s.app, command: command, body: d.Body}, nil
}

// screenEdit is the user's editor while the screen is away.
type screenEdit struct {
	app     *app
	command editor.Command
	body    []byte
	why     string
}

// Run runs the editor, as --edit does.
func (e *screenEdit) Run() (err error) {
	e.body, err = e.app.editWith(context.Background(), e.command, e.body) // the screen is away until it ends
	if n, ok := notSent(err); ok {
		e.why = n.Message
		return nil
	}
	if err != nil {
		return e.app.explained(err)
	}
	return nil
}

// Body is what was saved, or why nothing is to be sent.
func (e *screenEdit) Body() (body []byte, why string) { return e.body, e.why }

// SetStdin is not needed: the editor gets the streams of the program.
func (*screenEdit) SetStdin(io.Reader) {}

// SetStdout is not needed, as SetStdin.
func (*screenEdit) SetStdout(io.Writer) {}

// SetStderr is not needed, as SetStdin.
func (*screenEdit) SetStderr(io.Writer) {}

// mostNames is how many names a saved body tries: who has saved one so often has a reason to tidy up.
const mostNames = 100

// Save writes a body, byte for byte, to a file that is not there yet.
func (s *screenActions) Save(d webhook.Delivery) (string, error) {
	ending := ".bin"
	if _, err := jsontext.ParseObject(d.Body); err == nil {
		ending = ".json"
	}
	for i := 1; i <= mostNames; i++ {
		name := string(d.ID) + ending
		if i > 1 {
			name = fmt.Sprintf("%s-%d%s", d.ID, i, ending)
		}
		err := writeNew(s.app.path(name), d.Body)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", failed(err, "can't save "+name+": "+pathReason(err), "start vidiking in a directory that can be written")
		}
		return name, nil
	}
	return "", failed(nil, fmt.Sprintf("there are %d files of this body already", mostNames), "take some of them away")
}

func writeNew(path string, body []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // a payload may be private
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path)) // half a payload is none
	}
	return nil
}
