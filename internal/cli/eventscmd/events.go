package eventscmd

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// eventsOptions are the arguments and flags of events.
type eventsOptions struct {
	event    string // empty: all
	schema   bool
	types    string // a language; empty: no types
	observed bool
	check    bool
	pick     cmdutil.Selection
}

// NewEventsCommand returns the events command.
func NewEventsCommand(a *cmdutil.App) *cobra.Command {
	o := &eventsOptions{}
	cmd := &cobra.Command{
		Use:   "events [EVENT]",
		Short: "Show the catalog of events: fields, schemas and types",
		Long: `List the events that Vidiking documents, with the number of deliveries in your log. With an EVENT, show the fields of its payload.

Vidiking documents the fields of few events. Each field is marked: documented; sample, if only the samples of vidiking trigger have it; or
observed, if only deliveries in your log have it. Schemas and types require documented fields only.

--observed learns from deliveries that arrived at a listen, without replays and samples, if their signature is valid or was not checked.
It shows names and types, and never a value.`,
		Example: `  vidiking events
  vidiking events render.complete
  vidiking events --types ts > vidiking.ts
  vidiking events --schema --observed > schema.json
  vidiking events --check --since 1h`,
		Annotations: cmdutil.Manual{
			Flags: `Output: schema, types, check
Deliveries: observed, event, failed, filter, probes, search, since, status, until`,
			Exits: `0 done; with --check, all payloads match
1 the command failed
2 wrong usage or configuration
3 with --check, a payload does not match`,
			SeeAlso: "trigger, webhooks list, filter",
		}.Annotations(),
		Args: oneEvent,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cmdutil.NoFiles
			}
			return cmdutil.CompleteLoggedEvents(a, cmd, args, typed)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.event = args[0]
			}
			if err := o.checkUnused(a); err != nil {
				return err
			}
			return runEvents(cmd.Context(), a, o)
		},
	}
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

// AddFlags adds the flags to a command.
func (o *eventsOptions) AddFlags(cmd *cobra.Command) {
	var languages []string
	for _, l := range sample.Languages() {
		languages = append(languages, string(l))
	}
	f := cmd.Flags()
	f.BoolVar(&o.schema, "schema", false, "print a JSON Schema (draft 2020-12)")
	f.Var(cmdutil.OneOf(&o.types, languages...), "types", "print types for TypeScript, Go or Python")
	f.BoolVar(&o.observed, "observed", false, "include fields, types and events that were observed in the log")
	f.BoolVar(&o.check, "check", false, "check the payloads in the log, and exit with 3 if one does not match")
	o.pick.AddFlags(cmd)
	_ = cmd.RegisterFlagCompletionFunc("types", cobra.FixedCompletions(languages, cobra.ShellCompDirectiveNoFileComp))
}

func oneEvent(cmd *cobra.Command, args []string) error {
	if len(args) == 2 && args[0] == "resend" { // as in the Stripe CLI
		return cmdutil.Usage("unknown event \"resend\"", "replay a delivery: vidiking replay "+args[1])
	}
	if len(args) > 1 {
		return cmdutil.Usage(cmdutil.CommandName(cmd)+" takes one event", "leave it out for all: vidiking events")
	}
	return nil
}

// checkUnused rejects flags that would have no effect or contradict each other.
func (o *eventsOptions) checkUnused(a *cmdutil.App) error {
	var what []string
	for _, flag := range []struct {
		name  string
		isSet bool
	}{{"--schema", o.schema}, {"--types", o.types != ""}, {"--check", o.check}} {
		if flag.isSet {
			what = append(what, flag.name)
		}
	}
	switch {
	case len(what) > 1:
		return cmdutil.Usage(what[0]+" and "+what[1]+" print different things", "leave one of them out")
	case o.check && o.observed:
		return cmdutil.Usage("--check compares the log with the catalog, so --observed would have no effect", "leave one of them out")
	case o.types != "" && a.Flags.Output == string(output.FormatJSON):
		return cmdutil.Usage("--types prints source code, so -o json would have no effect", "leave one of them out")
	case (o.schema || o.types != "") && !o.observed && o.pick.IsSet():
		return cmdutil.Usage(what[0]+" does not depend on the log, so a selection would have no effect", "add --observed, or leave the selection out")
	}
	return nil
}

func runEvents(ctx context.Context, a *cmdutil.App, o *eventsOptions) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	r := &run{app: a, o: o, out: out}
	if err := r.open(ctx); err != nil {
		return err
	}
	defer r.close()
	switch {
	case o.check:
		return r.check(ctx)
	case o.schema || o.types != "":
		return r.printSource(ctx)
	case o.event != "" || o.observed:
		return r.printFields(ctx)
	default:
		return r.printList(ctx)
	}
}

// run is one run of events.
type run struct {
	app    *cmdutil.App
	o      *eventsOptions
	out    output.Options
	reader *store.Reader // nil if there is no log, or it is not needed
	query  store.Query
	seen   sample.Observer
}

func (r *run) open(ctx context.Context) (err error) {
	if r.query, err = r.o.pick.Query(r.app); err != nil {
		return err
	}
	if (r.o.schema || r.o.types != "") && !r.o.observed {
		return nil
	}
	r.reader, err = cmdutil.OpenReader(ctx, r.app)
	if errors.Is(err, store.ErrNoLog) {
		return nil
	}
	return err
}

func (r *run) close() {
	if r.reader != nil {
		_ = r.reader.Close() // it was only read
	}
}

// each calls f with every selected delivery from outside whose signature does not speak against it.
func (r *run) each(ctx context.Context, f func(webhook.Delivery)) error {
	if r.reader == nil {
		return nil
	}
	return r.reader.Each(ctx, r.query, func(d webhook.Delivery) error {
		if d.Event != "" && (d.Verdict == webhook.VerdictValid || d.Verdict == webhook.VerdictUnchecked) {
			f(d)
		}
		return nil
	})
}

// events returns the catalog, or the one event of the argument. With --observed, it includes observed fields and events.
func (r *run) events(ctx context.Context) ([]sample.Event, error) {
	all := sample.Catalog()
	if r.o.observed {
		err := r.each(ctx, func(d webhook.Delivery) {
			if d.Origin == webhook.OriginTunnel || d.Origin == webhook.OriginLocal {
				r.seen.Add(d.Event, d.Body)
			}
		})
		if err != nil {
			return nil, err
		}
		all = r.seen.With(all)
	}
	if r.o.event == "" {
		return all, nil
	}
	i := slices.IndexFunc(all, func(e sample.Event) bool { return e.Name == r.o.event })
	if i < 0 {
		return nil, r.unknown()
	}
	return all[i : i+1], nil
}

// unknown explains that there is no such event.
func (r *run) unknown() error {
	hints := []string{"all events: vidiking events"}
	if near, _ := webhook.KnownEvent(r.o.event); near != "" && !strings.Contains(near, "*") {
		hints = []string{"did you mean " + near + "?", hints[0]}
	} else if !r.o.observed {
		hints = append(hints, "if your log has it: --observed")
	}
	return cmdutil.Usage(`unknown event "`+r.o.event+`"`, hints...)
}

func (r *run) printSource(ctx context.Context) error {
	events, err := r.events(ctx)
	if err != nil {
		return err
	}
	if r.o.schema {
		text, err := sample.Schema(events)
		if err != nil {
			return err
		}
		_, err = output.EscapeJSON(r.app.Env.Stdout).Write(text)
		return output.ClosedPipe(err)
	}
	return r.app.PrintText(sample.WriteTypes(sample.Language(r.o.types), events))
}

func (r *run) printFields(ctx context.Context) error {
	events, err := r.events(ctx)
	if err != nil {
		return err
	}
	if r.o.event == "" { // with --observed
		events = slices.DeleteFunc(events, func(e sample.Event) bool { return !r.seen.HasSeen(e.Name) })
	}
	counts, err := r.counts(ctx)
	if err != nil {
		return err
	}
	return output.ClosedPipe(output.EventFields(r.out, events, counts))
}

func (r *run) printList(ctx context.Context) error {
	counts, err := r.counts(ctx)
	if err != nil {
		return err
	}
	return output.ClosedPipe(output.EventList(r.out, sample.Catalog(), counts))
}

// counts returns the number of selected deliveries of each event.
func (r *run) counts(ctx context.Context) (map[string]int, error) {
	if r.reader == nil {
		return nil, nil
	}
	counts, err := r.reader.CountByEvent(ctx, r.query)
	delete(counts, "") // deliveries without a payload
	return counts, err
}

func (r *run) check(ctx context.Context) error {
	events, err := r.events(ctx)
	if err != nil {
		return err
	}
	byName := map[string]sample.Event{}
	for _, e := range events {
		byName[e.Name] = e
	}
	report := output.NewEventCheck(r.out)
	err = r.each(ctx, func(d webhook.Delivery) {
		if e, ok := byName[d.Event]; ok {
			report.Add(d.Summary, e.Check(d.Body))
		} else if !webhook.IsEvent(d.Event) {
			report.AddUndocumented()
		}
	})
	if err != nil {
		return err
	}
	if err := output.ClosedPipe(report.Close()); err != nil {
		return err
	}
	if report.Mismatched > 0 {
		return cmdutil.ErrSilent{Code: output.ExitHandler}
	}
	return nil
}
