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

// maxIDs is the number of deliveries offered: about a screenful.
const maxIDs = 20

// CompleteIDs offers the ids of the newest deliveries that start with the typed text and are not among the arguments yet, newest first.
// It completes up to maxArgs arguments; -1 means any number.
func CompleteIDs(a *App, maxArgs int) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		keep := NoFiles | cobra.ShellCompDirectiveKeepOrder
		if maxArgs >= 0 && len(args) >= maxArgs {
			return nil, keep
		}
		rows, err := newest(cmd.Context(), a, typed)
		if err != nil {
			return nil, keep
		}
		var out []string
		for _, s := range slices.Backward(rows) {
			// If the user typed the id without dlv_, the completion omits it.
			id := strings.TrimPrefix(string(s.ID), webhook.IDPrefix)
			if strings.HasPrefix(webhook.IDPrefix, typed) || strings.HasPrefix(typed, webhook.IDPrefix) {
				id = string(s.ID)
			}
			if !slices.Contains(args, id) {
				out = append(out, Describe(id, summarize(a.Env, s)))
			}
		}
		if len(args) == 0 && len(rows) > 0 {
			out = append(out, Describe(store.Last, "the newest delivery"))
		}
		return out, keep
	}
}

// CompleteLoggedEvents offers the same as CompleteEventPatterns, and the undocumented events among the newest deliveries.
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
			out = append(out, Describe(before+s.Event, "undocumented, found in the log"))
		}
	}
	return out, directive
}

// isPlainEvent reports whether it is safe to offer an event's name, which may come from an unknown sender, to a shell.
func isPlainEvent(name string) bool {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
	return name != "" && strings.Trim(name, plain) == ""
}

// newest lists the newest deliveries whose id starts with the typed text. If the text cannot start an id, it lists the newest of all.
func newest(ctx context.Context, a *App, typed string) ([]webhook.Summary, error) {
	r, err := OpenReader(ctx, a)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	q := store.Query{Limit: maxIDs}
	if prefix, ok := webhook.ParsePrefix(typed); ok && !strings.HasPrefix(webhook.IDPrefix, typed) {
		if q.Filter, err = filter.ForKey(filter.ID, a.Env.Now(), a.Env.Location, prefix); err != nil {
			return nil, err
		}
	}
	return r.List(ctx, q)
}

// summarize describes a delivery in a few words.
func summarize(e Environment, s webhook.Summary) string {
	event := strings.TrimSpace(display.Clean(s.Event + " " + s.About))
	return strings.Join([]string{e.when(s.ReceivedAt), string(s.Status), event}, " ")
}
