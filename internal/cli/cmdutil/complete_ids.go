package cmdutil

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// completedIDs is how many of the newest deliveries are offered: a screenful.
const completedIDs = 20

// CompleteIDs offers the newest deliveries whose id begins as typed and is not on the line, the newest first; as many arguments as most
// allows, -1 for any number.
func CompleteIDs(a *App, most int) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		keep := NoFiles | cobra.ShellCompDirectiveKeepOrder
		if most >= 0 && len(args) >= most {
			return nil, keep
		}
		rows, err := newest(cmd.Context(), a, typed)
		if err != nil {
			return nil, keep
		}
		var out []string
		for _, s := range slices.Backward(rows) {
			// Who leaves dlv_ out goes on without it.
			id := strings.TrimPrefix(string(s.ID), webhook.IDPrefix)
			if strings.HasPrefix(webhook.IDPrefix, typed) || strings.HasPrefix(typed, webhook.IDPrefix) {
				id = string(s.ID)
			}
			if !slices.Contains(args, id) {
				out = append(out, Describe(id, inAFewWords(a, s)))
			}
		}
		if len(args) == 0 && len(rows) > 0 {
			out = append(out, Describe(store.Last, "the newest"))
		}
		return out, keep
	}
}

// CompleteLoggedEvents offers what completeEventPatterns does, and the events of the newest deliveries that are not documented.
func CompleteLoggedEvents(a *App, cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	out, directive := CompleteEventPatterns(cmd, args, typed)
	rows, err := newest(cmd.Context(), a, "")
	if err != nil {
		return out, directive
	}
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	var seen []string
	for _, s := range slices.Backward(rows) {
		if !webhook.IsEvent(s.Event) && isPlainEvent(s.Event) && !slices.Contains(seen, s.Event) {
			seen = append(seen, s.Event)
			out = append(out, Describe(before+s.Event, "not documented, in the log"))
		}
	}
	return out, directive
}

// isPlainEvent reports whether an event's name, which may come from a stranger, can be offered to a shell.
func isPlainEvent(name string) bool {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
	return name != "" && strings.Trim(name, plain) == ""
}

// newest lists the newest deliveries whose id begins as typed; where no id begins like that, the newest of all.
func newest(ctx context.Context, a *App, typed string) ([]webhook.Summary, error) {
	r, err := OpenReader(ctx, a)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	q := store.Query{Limit: completedIDs}
	if prefix, ok := webhook.ParsePrefix(typed); ok && !strings.HasPrefix(webhook.IDPrefix, typed) {
		if q.Filter, err = filter.ForKey(filter.ID, a.W.Now(), a.W.Location, prefix); err != nil {
			return nil, err
		}
	}
	return r.List(ctx, q)
}

// inAFewWords tells a delivery apart from others.
func inAFewWords(a *App, s webhook.Summary) string {
	what := strings.TrimSpace(display.Clean(s.Event + " " + s.About))
	return strings.Join([]string{a.when(s.ReceivedAt), string(s.Status), what}, " ")
}
