package listencmd

import (
	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

// listenHelp is `listen` with all that help says of it beside its flags.
func listenHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "listen [flags] [-- COMMAND…]",
		Short: "Receive deliveries, pass them to your handler, show them live",
		Long: `Takes deliveries in, checks their signatures, records them, passes them to your handler as they came, and shows what it
answered. It runs until you interrupt it: the first Ctrl-C finishes what is under way, the second one aborts.

A command behind -- is started once listen is ready, with VIDIKING_WEBHOOK_URL, VIDIKING_WEBHOOK_SECRET and VIDIKING_DATA_DIR in its
environment; listen ends with it. Its streams are its own, and what listen shows goes to stderr.

With --wait-for it ends when so many deliveries of each event came and were delivered, or one of them was not, or time is up. With a
command, too, it ends when both are over; where the command fails, at once.`,
		Example: `  vidiking listen --forward localhost:3000
  vidiking listen --forward 8080 --events 'render.*'
  vidiking listen --forward 'render.*=localhost:3000' --forward 'wallet.*=localhost:4000'
  vidiking listen --forward localhost:3000/hooks --timeout 10m --respond ack
  vidiking listen --forward localhost:3000 --register
  vidiking listen --forward localhost:3000 --tui
  vidiking listen --forward localhost:3000 --tunnel ssh
  vidiking listen --forward localhost:3000 --url https://shop.ngrok.app
  vidiking listen --forward localhost:3000 -- npm test
  vidiking listen --forward localhost:3000 --wait-for render.complete --within 60s
  export VIDIKING_WEBHOOK_SECRET=$(vidiking listen --print-secret)`,
		Annotations: cmdutil.Manual{
			Flags: `Daily use: forward, events, tunnel, register, tui, timeout
The way in: url, ssh, path, addr, max-body
What comes in: verify, respond
Your handler: header, insecure, max-concurrency, hold, ordered, retry, retry-speed
The account's webhook, with --register: restore-url, yes
What is shown: filter, print-secret
In scripts and CI: wait-for, count, within, junit, ready-file, allow-failures`,
			Environment: "VIDIKING_WEBHOOK_SECRET, VIDIKING_API_KEY, VIDIKING_API_URL, NGROK_AUTHTOKEN, HTTPS_PROXY, NO_PROXY, SSH_AUTH_SOCK",
			Exits: `0 it was interrupted, and finished what was under way
1 it can't listen, can't write the delivery log, or has no tunnel (any more); or the account's webhook is not put back
2 it was called or configured wrongly
3 with -- COMMAND: the command ended with 0, and a delivery was not delivered; with --wait-for: a handler refused one, or could not be reached
4 there is no token for the tunnel, or with --register no API key; or one of them was refused
5 with --wait-for: they did not come in time, or before an interrupt
130 it was interrupted twice
With -- COMMAND, the command's own code where it is not 0.`,
			SeeAlso: "trigger, replay, watch, config set-webhook, exit-codes, formatting",
		}.Annotations(),
	}
}
