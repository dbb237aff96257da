package watchcmd

import (
	"github.com/vidiking/vidiking-cli/internal/cli/sendcmd"

	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/editor"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/send"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Sendable is a delivery that a screen sends. The secrets verify it if no session does.
type Sendable struct {
	Arrival  relay.Arrival
	Replayed *webhook.Delivery // nil for new deliveries
	checks   []webhook.Secret
}

func (s Sendable) destination(r *send.Resolver) (*send.Destination, error) {
	if s.Replayed != nil {
		return r.ForReplay(*s.Replayed)
	}
	return r.ForNew()
}

// deliver sends one delivery and returns its summary from the log.
type deliver func(ctx context.Context, s Sendable) (webhook.Summary, error)

// ScreenActions implements view.Actions. Its errors have the text of the commands that do the same.
type ScreenActions struct {
	App            *cmdutil.App
	DescribeTarget func(replayed []webhook.Summary) string
	Deliver        deliver
}

// Destination describes where replays are sent, or new deliveries if there are none.
func (s *ScreenActions) Destination(replayed ...webhook.Summary) string {
	return s.DescribeTarget(replayed)
}

// Replay sends a delivery again, byte for byte.
func (s *ScreenActions) Replay(ctx context.Context, id webhook.ID) (webhook.Summary, error) {
	d, err := s.Read(ctx, id)
	if err != nil {
		return webhook.Summary{}, err
	}
	var change send.Change
	if err := change.CheckMasked([]webhook.Summary{d.Summary}); err != nil {
		return webhook.Summary{}, err
	}
	given, err := cmdutil.ExistingSecrets(s.App)
	if err != nil {
		return webhook.Summary{}, explained(s.App, err)
	}
	return s.Send(ctx, Sendable{send.ReplayOf(d, d.Header, d.Body), &d, given})
}

// Resign signs a delivery with the current secret and sends it as a replay.
func (s *ScreenActions) Resign(ctx context.Context, id webhook.ID) (webhook.Summary, error) {
	d, err := s.Read(ctx, id)
	if err != nil {
		return webhook.Summary{}, err
	}
	return s.SendEdited(ctx, id, d.Body)
}

// Diagnose finds out why the handler refused a delivery. It sends test deliveries to the handler that refused it.
func (s *ScreenActions) Diagnose(ctx context.Context, id webhook.ID) (view.Diagnosis, error) {
	d, err := s.Read(ctx, id)
	if err != nil {
		return view.Diagnosis{}, err
	}
	found, err := sendcmd.ProbeHandler(ctx, s.App, d)
	if err != nil {
		return view.Diagnosis{}, explained(s.App, err)
	}
	return view.Diagnosis{Findings: found.Findings, Accepted: found.Accepted, Probes: found.Sent}, nil
}

// SendEdited sends a changed body as a replay with a new signature.
func (s *ScreenActions) SendEdited(ctx context.Context, parent webhook.ID, body []byte) (webhook.Summary, error) {
	d, err := s.Read(ctx, parent)
	if err != nil {
		return webhook.Summary{}, err
	}
	secret, err := cmdutil.Secret(s.App)
	if err != nil {
		return webhook.Summary{}, explained(s.App, err)
	}
	change := send.Change{Resign: true}
	return s.Send(ctx, Sendable{send.ReplayOf(d, change.Header(secret.Secret, d, body), body), &d, []webhook.Secret{secret.Secret}})
}

// Trigger sends the samples of an event or a scenario.
func (s *ScreenActions) Trigger(ctx context.Context, name string) ([]webhook.Summary, error) {
	bodies, err := send.Samples(s.App.Env.Now, s.App.Env.Random, name)
	if err != nil {
		return nil, explained(s.App, err)
	}
	secret, err := cmdutil.Secret(s.App)
	if err != nil {
		return nil, explained(s.App, err)
	}
	signer := send.Signer{Secret: secret.Secret, Style: signature.StylePrefixed, UserAgent: cmdutil.UserAgent()}
	var sent []webhook.Summary
	for _, body := range bodies {
		in := relay.Arrival{Header: signer.Sign(&body), Body: body, Origin: webhook.OriginTrigger}
		d, err := s.Send(ctx, Sendable{Arrival: in, checks: []webhook.Secret{secret.Secret}})
		if err != nil {
			return sent, err
		}
		sent = append(sent, d)
	}
	return sent, nil
}

// Send sends a delivery and returns it once its response is in the log.
func (s *ScreenActions) Send(ctx context.Context, delivery Sendable) (webhook.Summary, error) {
	d, err := s.Deliver(ctx, delivery)
	if err != nil {
		return d, explained(s.App, err)
	}
	return d, nil
}

// Read returns a delivery from the log.
func (s *ScreenActions) Read(ctx context.Context, id webhook.ID) (webhook.Delivery, error) {
	r, err := cmdutil.OpenReader(ctx, s.App)
	if err != nil {
		return webhook.Delivery{}, explained(s.App, err)
	}
	defer func() { _ = r.Close() }()
	d, err := r.Get(ctx, id)
	if err != nil {
		return d, explained(s.App, err)
	}
	return d, nil
}

// OutcomeSummary returns the summary of a delivery after it was sent.
func OutcomeSummary(out relay.Outcome) webhook.Summary {
	if out.Delivery.Status.Forwardable() {
		return send.Latest(out.Delivery.Summary, out.Attempt)
	}
	return out.Delivery.Summary
}

// Edit returns an edit of a delivery's body in the user's editor.
func (s *ScreenActions) Edit(d webhook.Delivery) (view.Edit, error) {
	command, err := cmdutil.EditorFor(s.App, d.Body, "show its bytes: vidiking webhooks show "+d.ID.Short(cmdutil.ShortID)+" --raw")
	if err != nil {
		return nil, explained(s.App, err)
	}
	return &screenEdit{app: s.App, command: command, body: d.Body}, nil
}

// screenEdit runs the user's editor while the screen is suspended.
type screenEdit struct {
	app     *cmdutil.App
	command editor.Command
	body    []byte
	reason  string // why nothing is sent
}

// Run runs the editor in the same way as --edit.
func (e *screenEdit) Run() (err error) {
	e.body, err = cmdutil.EditWith(context.Background(), e.app, e.command, e.body) // the screen is suspended until it ends
	if n, ok := cmdutil.NotSent(err); ok {
		e.reason = n.Message
		return nil
	}
	if err != nil {
		return explained(e.app, err)
	}
	return nil
}

// Body returns the saved body, or the reason why nothing is sent.
func (e *screenEdit) Body() (body []byte, reason string) { return e.body, e.reason }

// SetStdin is not needed: the editor gets the streams of the program.
func (*screenEdit) SetStdin(io.Reader) {}

// SetStdout is not needed, as SetStdin.
func (*screenEdit) SetStdout(io.Writer) {}

// SetStderr is not needed, as SetStdin.
func (*screenEdit) SetStderr(io.Writer) {}

// maxNames is the number of file names that Save tries.
const maxNames = 100

// Save writes a body, byte for byte, to a new file.
func (s *ScreenActions) Save(d webhook.Delivery) (string, error) {
	extension := ".bin"
	if _, err := jsontext.ParseObject(d.Body); err == nil {
		extension = ".json"
	}
	for i := 1; i <= maxNames; i++ {
		name := string(d.ID) + extension
		if i > 1 {
			name = fmt.Sprintf("%s-%d%s", d.ID, i, extension)
		}
		err := writeNew(cmdutil.Path(s.App, name), d.Body)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", cmdutil.Failed(err, "cannot save "+name+": "+output.PathReason(err), "start vidiking in a writable directory")
		}
		return name, nil
	}
	return "", cmdutil.Failed(nil, fmt.Sprintf("there are already %d files of this body", maxNames), "delete some of them")
}

func writeNew(path string, body []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // a payload may be private
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path)) // an incomplete payload is useless
	}
	return nil
}
