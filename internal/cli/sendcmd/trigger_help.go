package sendcmd

import (
	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

// triggerHelp is `trigger` with all that help says of it beside its flags.
func triggerHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "trigger EVENT…",
		Short: "Send sample events, signed as Vidiking signs them",
		Long: `Sends a sample of an event, of each event of a scenario, or a payload of your own, signed with your secret, and shows what
your handler answered. It goes through a running listen, else straight to your handler.

The sample of render.complete has the shape that Vidiking documents; the other events' data is not documented, and their samples
are this program's own.`,
		Example: `  vidiking trigger render.complete
  vidiking trigger render --to localhost:3000/hooks
  vidiking trigger render.failed --set data.error='out of memory'
  vidiking trigger render.complete --unset data.url --dry-run
  vidiking trigger render.complete --edit
  vidiking trigger --data payload.json --signature-style bare
  vidiking trigger render.complete --corrupt signature --expect-status 401 --to localhost:3000
  vidiking trigger render.complete --count 5000 --rate 500
  vidiking trigger render --chaos duplicate=2,shuffle=3 --seed 7
  vidiking trigger --list`,
		Annotations: cmdutil.Manual{
			Flags: `What is sent: list, set, unset, edit, data, dry-run
How it is signed: signature-style, corrupt
Where it goes: to, header, timeout, insecure
What is expected: expect-status, expect-body, within, junit
Many at once: count, rate, concurrency, chaos, seed, yes`,
			Environment: "VIDIKING_WEBHOOK_SECRET, VISUAL, EDITOR",
			Exits: `0 every delivery was answered 2xx, or as expected; or an edit was cancelled
1 it failed
2 it was called or configured wrongly
3 the handler refused a delivery, could not be reached, or answered otherwise than expected
5 with --within: not all was answered in time`,
			SeeAlso: "listen, replay, webhooks wait, exit-codes",
		}.Annotations(),
	}
}
