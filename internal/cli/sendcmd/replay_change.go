package sendcmd

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// ReplayChange is what the flags of `replay` change in what was recorded. Nothing of it is set where a replay is to send the recorded
// pairs and add nothing.
type ReplayChange struct {
	edits   payloadEdits
	Resign  bool
	style   string // of the new signature; empty: that of the recorded one
	headers []string

	given  cmdutil.GivenHeaders // of headers
	byHand []byte               // what the user made of the one body that is sent
}

// AddFlags adds the flags to a command.
func (c *ReplayChange) AddFlags(cmd *cobra.Command) {
	c.edits.AddFlags(cmd)
	f := cmd.Flags()
	f.StringVar(&c.edits.timestamp, "timestamp", "", "set the payload's own timestamp to a `TIME`, as in now, 1h (ago) or 2026-03-02T14:03:10Z")
	f.BoolVar(&c.Resign, "resign", false, "sign anew with your secret; a change of the payload does that by itself")
	f.Var(cmdutil.OneOf(&c.style, "prefixed", "bare"), "signature-style", "the new signature's form: sha256=<hex>, or the hex alone (default that of the recorded one)")
	f.VarP(cmdutil.Repeated(&c.headers), "header", "H", "send '`NAME: VALUE`' in place of what was recorded (repeatable)")
	_ = cmd.RegisterFlagCompletionFunc("timestamp", cobra.FixedCompletions([]string{"now"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("signature-style", cobra.FixedCompletions([]string{"prefixed", "bare"}, cobra.ShellCompDirectiveNoFileComp))
}

// Check checks how the flags go together.
func (c *ReplayChange) Check(a *cmdutil.App) (err error) {
	if c.given, err = cmdutil.ParseHeaders(c.headers); err != nil {
		return err
	}
	if (c.Resign || c.style != "") && c.given.Has(webhook.SignatureHeader) {
		return cmdutil.Usage("--header "+webhook.SignatureHeader+" would replace the new signature", "leave out --header, or --resign and --signature-style")
	}
	return c.edits.readTimestamp(a)
}

// signs reports whether what is sent is signed anew. What was changed has to be: the recorded signature is of other bytes.
func (c *ReplayChange) signs() bool { return c.Resign || c.style != "" || c.edits.IsSet() }

// isProbe reports whether a replay tries whether the handler expects the other form of the signature.
func (c *ReplayChange) isProbe(d webhook.Delivery) bool {
	return c.style != "" && !c.edits.IsSet() && d.Header.Get(webhook.SignatureHeader) != "" && styleOf("", d.Header) != signature.Style(c.style)
}

func (c *ReplayChange) destination(f *Destinations, d webhook.Delivery) (*Destination, error) {
	if c.isProbe(d) {
		return f.ofProbe(d)
	}
	return f.OfReplay(d)
}

// CheckMasked refuses to send what a recording was imported without, unless it is signed anew: the handler would get masks.
func (c *ReplayChange) CheckMasked(rows []webhook.Summary) error {
	if c.signs() {
		return nil
	}
	var masked []webhook.Summary
	for _, s := range rows {
		if len(s.Masked) > 0 {
			masked = append(masked, s)
		}
	}
	if len(masked) == 0 {
		return nil
	}
	id := masked[0].ID.Short(cmdutil.ShortID)
	if len(rows) == 1 {
		return cmdutil.Failed(nil, id+" was imported without its "+strings.Join(masked[0].Masked, ", "), "sign it anew: vidiking replay "+id+" --resign")
	}
	return cmdutil.Failed(nil, fmt.Sprintf("%s of %d were imported without values of their headers, the first is %s", display.Count(len(masked)), len(rows), id),
		"sign them anew: --resign")
}

// prepareChange makes the changes once without sending anything, so that one that can't be made in the last delivery is not found
// out after the first was sent. It opens the editor where that was asked for.
func prepareChange(ctx context.Context, a *cmdutil.App, p output.Printer, c *ReplayChange, rows []webhook.Summary) ([]webhook.Summary, error) {
	if !c.edits.IsSet() {
		return rows, nil
	}
	if c.edits.byHand && len(rows) > 1 {
		return nil, cmdutil.Usage(fmt.Sprintf("--edit takes one delivery, and these are %d", len(rows)),
			"edit one: vidiking replay "+rows[0].ID.Short(cmdutil.ShortID)+" --edit", "or change all of them alike: --set data.id=job_42")
	}
	from, err := cmdutil.OpenReader(ctx, a)
	if err != nil {
		return nil, err
	}
	defer func() { _ = from.Close() }()
	for _, row := range rows {
		d, err := from.Get(ctx, row.ID)
		if err != nil {
			return nil, err
		}
		body, err := changed(p, c, d)
		if err != nil {
			return nil, err
		}
		if c.edits.byHand {
			if c.byHand, err = editByHand(ctx, a, p, body, "look at its bytes: vidiking webhooks show "+d.ID.Short(cmdutil.ShortID)+" --raw"); err != nil {
				return nil, err
			}
		}
	}
	return rows, nil
}

// changed is the body that is sent in place of a recorded one, which stays as it is.
func changed(p output.Printer, c *ReplayChange, d webhook.Delivery) ([]byte, error) {
	if c.byHand != nil {
		return c.byHand, nil
	}
	return c.edits.apply(p, " of "+d.ID.Short(cmdutil.ShortID), d.Body)
}

// Header is the recorded header with what is changed of it in its place: the signature, the length of the body, and what --header
// names; without what was masked when it was imported. The receiver's own business, Host and the like, is the tail's, as for any replay.
func (c *ReplayChange) Header(secret webhook.Secret, d webhook.Delivery, body []byte) webhook.Header {
	h := d.Header
	if c.signs() {
		style := styleOf(c.style, h)
		h = replaced(h, webhook.SignatureHeader, signature.Sign(secret, body, style))
	}
	if len(body) != len(d.Body) && h.Get("Content-Length") != "" {
		h = replaced(h, "Content-Length", strconv.Itoa(len(body)))
	}
	h = h.WithoutAll(slices.DeleteFunc(slices.Clone(d.Masked), isSignature))
	return c.given.Set(h)
}

func isSignature(name string) bool { return strings.EqualFold(name, webhook.SignatureHeader) }

// styleOf is the style that was asked for, else that of the first recorded signature, else the documented one.
func styleOf(asked string, recorded webhook.Header) signature.Style {
	if asked != "" {
		return signature.Style(asked)
	}
	for _, value := range recorded.Values(webhook.SignatureHeader) {
		if style, ok := signature.StyleOf(value); ok {
			return style
		}
	}
	return signature.StylePrefixed
}

// replaced is the header with one field of that name, where the first of them was; at the end where there was none.
func replaced(h webhook.Header, name, value string) webhook.Header {
	at := slices.IndexFunc(h, func(f webhook.Field) bool { return strings.EqualFold(f.Name, name) })
	if at < 0 {
		return append(h[:len(h):len(h)], webhook.Field{Name: name, Value: value})
	}
	named := h[at].Name
	return slices.Insert(h.Without(name), at, webhook.Field{Name: named, Value: value})
}
