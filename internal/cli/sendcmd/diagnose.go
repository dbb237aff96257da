package sendcmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/conformance"
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/send"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// diagnoseOptions are the flags of diagnose.
type diagnoseOptions struct {
	yes       bool
	framework string
	scope     cmdutil.Scope
	send      cmdutil.SendFlags
}

// NewDiagnoseCommand returns the diagnose command.
func NewDiagnoseCommand(a *cmdutil.App) *cobra.Command {
	o := &diagnoseOptions{}
	cmd := &cobra.Command{
		Use:   "diagnose ID",
		Short: "Find out why your handler refused a delivery",
		Long: `Find out why your handler refused a delivery, and how to fix it. diagnose sends the delivery again, then variants of its signature:
the other form, over the body as common programs write it again, and with the secret as it is often misread. The variant that the
handler accepts tells the cause. If the response tells the cause by itself, nothing else is sent.

Everything that it sends is recorded as a probe, which counts and "last" leave out. It sends directly to the handler and asks first.`,
		Example: `  vidiking diagnose last
  vidiking diagnose dlv_a61tzr --yes
  vidiking diagnose a61t --framework express -o json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return cmdutil.Usage("diagnose needs an id", "the newest: vidiking diagnose last", "undelivered deliveries: vidiking webhooks list --failed")
		},
		Annotations: cmdutil.Manual{
			Flags: `Destination: to, timeout, insecure, all-projects
Output: framework, yes`,
			Environment: "VIDIKING_WEBHOOK_SECRET",
			Exits: `0 the cause was found, or the handler accepts the delivery now
1 the handler could not be tested
2 wrong usage or configuration
3 the handler refused the delivery, and the cause was not found`,
			SeeAlso: "webhooks show, replay, verify",
		}.Annotations(),
		ValidArgsFunction: cmdutil.CompleteIDs(a, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if known := conformance.Frameworks(); o.framework != "" && !slices.Contains(known, o.framework) {
				return cmdutil.Usage(fmt.Sprintf("unknown framework %q", o.framework), "one of "+strings.Join(known, ", "))
			}
			if err := o.send.Read(a, cmd.Flags()); err != nil {
				return err
			}
			return runDiagnose(cmd.Context(), a, args[0], *o)
		},
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

// AddFlags adds the flags to a command.
func (o *diagnoseOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVarP(&o.yes, "yes", "y", false, "send without asking, to another machine as well")
	f.StringVar(&o.framework, "framework", "", "show correct code for the framework `NAME`, such as express (default: what the responses show)")
	o.scope.AddFlag(cmd, cmdutil.ScopeOfLast)
	o.send.AddFlags(cmd)
	_ = cmd.RegisterFlagCompletionFunc("framework", cobra.FixedCompletions(conformance.Frameworks(), cobra.ShellCompDirectiveNoFileComp))
}

func runDiagnose(ctx context.Context, a *cmdutil.App, typed string, o diagnoseOptions) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	d, err := readDelivery(ctx, a, typed, o.scope)
	if err != nil {
		return err
	}
	shown := output.Diagnosis{Delivery: d.Summary}
	if d.Status == webhook.StatusRejected { // the handler never saw it, so the signature is what to diagnose
		found := cmdutil.Diagnose(ctx, a, d, signature.DefaultWork)
		if shown.Findings = found.Findings; !found.IsCertain() {
			shown.Tried = found.Tried
		}
		shown.Explained = found.IsCertain()
		return finishDiagnosis(out, shown)
	}
	to, err := o.destination(a, d)
	if err != nil {
		return err
	}
	if err := o.confirm(ctx, a, to); err != nil {
		return err
	}
	found, err := o.diagnose(ctx, a, d, to)
	if err != nil {
		return notTested(found, err)
	}
	shown.Target, shown.Probes, shown.Accepted, shown.Last, shown.Findings = to.String(), found.Sent, found.Accepted, found.Last, found.Findings
	shown.Framework = o.framework
	if shown.Framework == "" {
		shown.Framework = conformance.FrameworkOf(found.Framework)
	}
	if conformance.IsAboutCode(found.Findings) || o.framework != "" {
		shown.Recipe = conformance.Recipe(shown.Framework)
	}
	shown.Explained = found.Explained
	return finishDiagnosis(out, shown)
}

// untestedHint returns what to do about a handler that does not respond.
func untestedHint(f webhook.Failure) string {
	switch f {
	case webhook.FailureRefused:
		return "start it, then run diagnose again"
	case webhook.FailureTimeout:
		return "give it longer: --timeout 1m"
	default:
		return "look at its terminal, then run diagnose again"
	}
}

// ProbeHandler sends test deliveries to the handler that refused d, to find out why.
func ProbeHandler(ctx context.Context, a *cmdutil.App, d webhook.Delivery) (conformance.Diagnosis, error) {
	var o diagnoseOptions
	to, err := o.destination(a, d)
	if err != nil {
		return conformance.Diagnosis{}, err
	}
	found, err := o.diagnose(ctx, a, d, to)
	return found, notTested(found, err)
}

// notTested explains that the handler did not respond. It returns any other error unchanged.
func notTested(found conformance.Diagnosis, err error) error {
	if errors.Is(err, conformance.ErrNoResponse) {
		return output.Failed(err, "the handler could not be tested: "+strings.TrimSuffix(found.Last.Error, "."), untestedHint(found.Last.Failure))
	}
	return err
}

// readDelivery reads the delivery that was typed.
func readDelivery(ctx context.Context, a *cmdutil.App, typed string, scope cmdutil.Scope) (webhook.Delivery, error) {
	r, err := cmdutil.OpenReader(ctx, a)
	if err != nil {
		return webhook.Delivery{}, cmdutil.NotFoundWithoutLog(typed, err)
	}
	defer func() { _ = r.Close() }()
	project, err := scope.Project(a)
	if err != nil {
		return webhook.Delivery{}, err
	}
	found, err := r.Resolve(ctx, typed, project)
	if err != nil {
		return webhook.Delivery{}, err
	}
	return r.Get(ctx, found.ID)
}

// destination returns where the probes go: --to, or the target that decided the status. They never go through a listen, which would
// reject them.
func (o *diagnoseOptions) destination(a *cmdutil.App, d webhook.Delivery) (*send.Destination, error) {
	flags := o.send
	if !flags.HasTarget() {
		if last := webhook.Deciding(d.History); last.Target != "" && !d.Imported {
			flags = flags.WithTarget(last.Target)
		}
	}
	to, err := cmdutil.NewDestination(a, flags)
	if err != nil {
		return nil, err
	}
	if to.Session != nil {
		to, err = cmdutil.NewDestination(a, flags.WithTarget(to.Handler(d.Event)))
	}
	return to, err
}

// confirm asks before anything is sent. To another machine it sends only with --yes.
func (o *diagnoseOptions) confirm(ctx context.Context, a *cmdutil.App, to *send.Destination) error {
	isLocal := !slices.ContainsFunc(to.Routes, send.LeavesMachine)
	switch {
	case o.yes:
		return nil
	case !isLocal:
		return cmdutil.Usage(to.String()+" is on another machine, and diagnose sends test deliveries", "to send them there: --yes")
	case !a.Env.StdinTerminal:
		return cmdutil.Usage("diagnose sends test deliveries to "+to.String(), "without a terminal, confirm with --yes")
	}
	ok, err := cmdutil.Confirm(ctx, a, "Send test deliveries to "+to.String()+"?")
	if err == nil && !ok {
		return cmdutil.Declined(a)
	}
	return err
}

// diagnose sends the probes.
func (o *diagnoseOptions) diagnose(ctx context.Context, a *cmdutil.App, d webhook.Delivery, to *send.Destination) (conformance.Diagnosis, error) {
	secret, err := cmdutil.Secret(a)
	if err != nil {
		return conformance.Diagnosis{}, err
	}
	known, err := cmdutil.KnownSecrets(a)
	if err != nil {
		return conformance.Diagnosis{}, err
	}
	if err := to.Open(ctx, []webhook.Secret{secret.Secret}); err != nil {
		return conformance.Diagnosis{}, err
	}
	defer func() { _ = to.Close() }()
	s := conformance.Subject{Body: d.Body, Header: recordedSignature(d, secret.Secret), Style: explain.StyleOf(d.Header), Secret: secret.Secret}
	if d.Verdict != webhook.VerdictValid && d.Verdict != webhook.VerdictUnchecked && len(d.Masked) == 0 {
		s.Invalid = func() []webhook.Finding { return cmdutil.Diagnose(ctx, a, d, signature.DefaultWork).Findings }
	}
	for _, k := range known {
		s.Others = append(s.Others, conformance.Secret{Secret: k.Secret, Name: k.Name})
	}
	if found := cmdutil.EnvFileSecret(a); found.IsSet() {
		s.Others = append(s.Others, conformance.Secret{Secret: found, Name: "the one in .env"})
	}
	s.Explain = func(attempt webhook.Attempt) []webhook.Finding {
		out, err := a.OutputOptions()
		if err != nil {
			return nil
		}
		c := explain.CaseOf(d)
		c.Attempt, c.Summary.Verdict, c.Summary.Status, c.SecretHint, c.Audience = attempt, webhook.VerdictValid, attempt.Status(), secret.String(), explain.AudienceDirect
		h, ok := cmdutil.Explainer(a).Explain(ctx, c, out.Style)
		if !ok {
			return nil
		}
		return explain.Findings(h)
	}
	return conformance.Diagnose(ctx, s, prober{to, d})
}

// recordedSignature returns the signature headers of a delivery. A signature that was masked in a recording is computed again.
func recordedSignature(d webhook.Delivery, secret webhook.Secret) webhook.Header {
	if len(d.Masked) > 0 {
		return webhook.Header{{Name: webhook.SignatureHeader, Value: signature.Sign(secret, d.Body, explain.StyleOf(d.Header))}}
	}
	var recorded webhook.Header
	for _, value := range d.Header.Values(webhook.SignatureHeader) {
		recorded = append(recorded, webhook.Field{Name: webhook.SignatureHeader, Value: value})
	}
	return recorded
}

// prober sends probes as replays of a delivery.
type prober struct {
	to       *send.Destination
	delivery webhook.Delivery
}

// Send sends one probe and records it.
func (p prober) Send(ctx context.Context, probe conformance.Probe) (webhook.Attempt, error) {
	header := p.delivery.Header.Without(webhook.SignatureHeader)
	for _, f := range probe.Header {
		header = header.Without(f.Name)
	}
	in := send.ReplayOf(p.delivery, header.With(probe.Header...), probe.Body)
	in.Probe = true
	out, err := p.to.Send(ctx, in)
	return out.Attempt, err
}

// finishDiagnosis prints the result and returns the error that sets the exit code.
func finishDiagnosis(out output.Options, d output.Diagnosis) error {
	if err := output.PrintDiagnosis(out, d); err != nil {
		return output.ClosedPipe(err)
	}
	if !d.Explained {
		return cmdutil.ErrSilent{Code: output.ExitHandler}
	}
	return nil
}
