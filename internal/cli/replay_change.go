package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// replayChange is what the flags of `replay` change in what was recorded. Nothing of it is set where a replay is to send the recorded
// pairs and add nothing.
type replayChange struct {
	edits   payloadEdits
	resign  bool
	style   string // of the new signature; empty: that of the recorded one
	headers []string

	given  givenHeaders // of headers
	byHand []byte       // what the user made of the one body that is sent
}

func (c *replayChange) addFlags(cmd *cobra.Command) {
	c.edits.addFlags(cmd)
	f := cmd.Flags()
	f.StringVar(&c.edits.timestamp, "timestamp", "", "set the payload's own timestamp to a `TIME`, as in now, 1h (ago) or 2026-03-02T14:03:10Z")
	f.BoolVar(&c.resign, "resign", false, "sign anew with your secret; a change of the payload does that by itself")
	f.Var(oneOf(&c.style, "prefixed", "bare"), "signature-style", "the new signature's form: sha256=<hex>, or the hex alone (default that of the recorded one)")
	f.VarP(repeated(&c.headers), "header", "H", "send '`NAME: VALUE`' in place of what was recorded (repeatable)")
	_ = cmd.RegisterFlagCompletionFunc("timestamp", cobra.FixedCompletions([]string{"now"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("signature-style", cobra.FixedCompletions([]string{"prefixed", "bare"}, cobra.ShellCompDirectiveNoFileComp))
}

func (c *replayChange) check(a *app) (err error) {
	if c.given, err = parseHeaders(c.headers); err != nil {
		return err
	}
	if (c.resign || c.style != "") && c.given.has(webhook.SignatureHeader) {
		return usage("--header "+webhook.SignatureHeader+" would replace the new signature", "leave out --header, or --resign and --signature-style")
	}
	return c.edits.readTimestamp(a)
}

// signs reports whether what is sent is signed anew. What was changed has to be: the recorded signature is of other bytes.
func (c *replayChange) signs() bool { return c.resign || c.style != "" || c.edits.isSet() }

// isProbe reports whether a replay tries whether the handler expects the other form of the signature.
func (c *replayChange) isProbe(d webhook.Delivery) bool {
	return c.style != "" && !c.edits.isSet() && d.Header.Get(webhook.SignatureHeader) != "" && styleOf("", d.Header) != signature.Style(c.style)
}

func (c *replayChange) destination(f *destinations, d webhook.Delivery) (*destination, error) {
	if c.isProbe(d) {
		return f.ofProbe(d)
	}
	return f.ofReplay(d)
}

// checkMasked refuses to send what a recording was imported without, unless it is signed anew: the handler would get masks.
func (c *replayChange) checkMasked(rows []webhook.Summary) error {
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
	id := masked[0].ID.Short(shortID)
	if len(rows) == 1 {
		return failed(nil, id+" was imported without its "+strings.Join(masked[0].Masked, ", "), "sign it anew: vidiking replay "+id+" --resign")
	}
	return failed(nil, fmt.Sprintf("%s of %d were imported without values of their headers, the first is %s", display.Count(len(masked)), len(rows), id),
		"sign them anew: --resign")
}

// prepareChange makes the changes once without sending anything, so that one that can't be made in the last delivery is not found
// out after the first was sent. It opens the editor where that was asked for.
func (a *app) prepareChange(ctx context.Context, p output.Printer, c *replayChange, rows []webhook.Summary) ([]webhook.Summary, error) {
	if !c.edits.isSet() {
		return rows, nil
	}
	if c.edits.byHand && len(rows) > 1 {
		return nil, usage(fmt.Sprintf("--edit takes one delivery, and these are %d", len(rows)),
			"edit one: vidiking replay "+rows[0].ID.Short(shortID)+" --edit", "or change all of them alike: --set data.id=job_42")
	}
	from, err := a.openReader(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = from.Close() }()
	for _, row := range rows {
		d, err := from.Get(ctx, row.ID)
		if err != nil {
			return nil, err
		}
		body, err := a.changed(p, c, d)
		if err != nil {
			return nil, err
		}
		if c.edits.byHand {
			if c.byHand, err = a.editByHand(ctx, p, body, "look at its bytes: vidiking webhooks show "+d.ID.Short(shortID)+" --raw"); err != nil {
				return nil, err
			}
		}
	}
	return rows, nil
}

// changed is the body that is sent in place of a recorded one, which stays as it is.
func (a *app) changed(p output.Printer, c *replayChange, d webhook.Delivery) ([]byte, error) {
	if c.byHand != nil {
		return c.byHand, nil
	}
	return c.edits.apply(p, " of "+d.ID.Short(shortID), d.Body)
}

// header is the recorded header with what is changed of it in its place: the signature, the length of the body, and what --header
// names; without what was masked when it was imported. The receiver's own business, Host and the like, is the tail's, as for any replay.
func (c *replayChange) header(secret webhook.Secret, d webhook.Delivery, body []byte) webhook.Header {
	h := d.Header
	if c.signs() {
		style := styleOf(c.style, h)
		h = replaced(h, webhook.SignatureHeader, signature.Sign(secret, body, style))
	}
	if len(body) != len(d.Body) && h.Get("Content-Length") != "" {
		h = replaced(h, "Content-Length", strconv.Itoa(len(body)))
	}
	h = h.WithoutAll(slices.DeleteFunc(slices.Clone(d.Masked), isSignature))
	return c.given.set(h)
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
