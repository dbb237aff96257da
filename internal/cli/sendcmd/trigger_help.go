package sendcmd

import (
	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

// triggerHelp returns the trigger command with its help, without flags.
func triggerHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "trigger EVENT…",
		Short: "Send sample events, signed as Vidiking signs them",
		Long: `Send a sample of an event, of each event of a scenario, or your own payload, signed with your secret, and show the response of
your handler. Deliveries go through a running listen, or directly to your handler if none runs.

The sample of render.complete follows Vidiking's documentation. The data of the other events is not documented; vidiking makes up
their samples.`,
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
			Flags: `Payload: list, set, unset, edit, data, dry-run
Signature: signature-style, corrupt
Destination: to, header, timeout, insecure
Expectations: expect-status, expect-body, within, junit
Load and chaos: count, rate, concurrency, chaos, seed, yes`,
			Environment: "VIDIKING_WEBHOOK_SECRET, VISUAL, EDITOR",
			Exits: `0 every response was 2xx, or as expected; or an edit was canceled
1 the command failed
2 usage or configuration error
3 the handler refused a delivery, was unreachable, or did not respond as expected
5 with --within: some responses did not arrive in time`,
			SeeAlso: "listen, replay, webhooks wait, exit-codes",
		}.Annotations(),
	}
}
