package listencmd

import (
	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

// listenHelp returns the listen command with its help, but without its flags.
func listenHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "listen [flags] [-- COMMAND…]",
		Short: "Receive deliveries, forward them to your handler, show them live",
		Long: `Receive deliveries, verify their signatures, record them, forward them unchanged to your handler, and show its responses. listen runs
until you interrupt it. The first Ctrl-C finishes the deliveries in flight, the second aborts.

With --run, listen also starts your handler, and ends it and all processes that it started. listen refuses to start if a port of the handler
is in use, and ends with exit code 3 as soon as the handler ends. The handler gets VIDIKING_WEBHOOK_URL, VIDIKING_WEBHOOK_SECRET and
VIDIKING_DATA_DIR in its environment.

listen starts the COMMAND after -- once it is ready and the handler of --run accepts connections, and ends with the
command. The command gets the same variables. The command uses stdin and stdout; listen prints to stderr.

With --emulator, listen also runs an emulator of Vidiking's API. All its webhooks arrive here. The handler and the command find it by
VIDIKING_API_URL and VIDIKING_API_KEY.

With --wait-for, listen ends once enough deliveries of each event were delivered, one of them failed, or the time is up. If there is
also a command, listen ends when both have ended, or as soon as the command fails.`,
		Example: `  vidiking listen --forward localhost:3000
  vidiking listen --forward 8080 --events 'render.*'
  vidiking listen --forward 'render.*=localhost:3000' --forward 'wallet.*=localhost:4000'
  vidiking listen --forward localhost:3000/hooks --timeout 10m --respond ack
  vidiking listen --forward localhost:3000 --register
  vidiking listen --forward localhost:3000 --tui
  vidiking listen --forward localhost:3000 --tunnel ssh
  vidiking listen --forward localhost:3000 --url https://shop.ngrok.app
  vidiking listen --forward localhost:3000 -- npm test
  vidiking listen --forward localhost:3000 --emulator -- npm test
  vidiking listen --forward localhost:3000 --run 'npm run dev'
  vidiking listen --forward localhost:3000 --run 'npm start' -- vidiking trigger all
  vidiking listen --forward localhost:3000 --wait-for render.complete --within 60s
  export VIDIKING_WEBHOOK_SECRET=$(vidiking listen --print-secret)`,
		Annotations: cmdutil.Manual{
			Flags: `Daily use: forward, run, emulator, events, tunnel, register, tui, timeout
Tunnel and ingress: url, ssh, path, addr, max-body
Signatures and responses: verify, respond
Forwarding: header, insecure, max-concurrency, hold, ordered, retry, retry-speed
Account webhook: restore-url, yes
Output: filter, json-file, print-secret
Scripts and CI: run-timeout, wait-for, count, within, junit, ready-file, allow-failures`,
			Environment: "VIDIKING_WEBHOOK_SECRET, VIDIKING_API_KEY, VIDIKING_API_URL, NGROK_AUTHTOKEN, HTTPS_PROXY, NO_PROXY, SSH_AUTH_SOCK",
			Exits: `0 interrupted, and the deliveries in flight were finished
1 it can't listen, can't write the delivery log, or lost the tunnel; or the account's webhook was not restored
2 wrong usage or configuration
3 with --run: the handler ended by itself; with -- COMMAND: the command succeeded, but a delivery was not delivered; with --wait-for: a handler refused a delivery or was unreachable
4 the tunnel's token, or with --register the API key, is missing or was refused
5 with --wait-for: the deliveries did not arrive in time, or before an interrupt; with --run: the handler did not accept connections in time
130 interrupted twice
With -- COMMAND, the exit code of the command if it is not 0.`,
			SeeAlso: "trigger, replay, watch, config set-webhook, exit-codes, formatting",
		}.Annotations(),
	}
}
