package cli

// habit maps a command of another tool, or an ordinary word, to the command that does the same here.
type habit struct {
	typed   string // alternatives separated by spaces; a hyphen is a space: events-resend
	purpose string // the hint, before the command
	command string // {KIND|DEFAULT} becomes the typed argument of that kind, or the default; without a default the row needs an argument
}

// habits returns words that are not commands here, from other tools (Stripe CLI, Hookdeck CLI, Svix CLI, ngrok, smee) and from ordinary
// language. The first matching row is used.
func habits() []habit {
	return []habit{
		{"ls list logs log history requests messages events-list event-list", "list deliveries", "vidiking webhooks list"},
		{"tail follow stream logs-tail events-tail", "follow the deliveries", "vidiking webhooks list --follow"},
		{"get show inspect view describe details events-get events-retrieve event-get", "show a delivery", "vidiking webhooks show {id|last}"},
		{"resend retry redeliver rerun again repeat events-resend events-retry event-retry", "replay a delivery", "vidiking replay {id|last}"},
		{"edit modify", "edit a delivery and replay it", "vidiking replay {id|last} --edit"},
		{"delete rm remove", "delete this delivery", "vidiking webhooks prune --filter id:{id}"},
		{"delete rm remove prune gc", "see which old deliveries would be deleted", "vidiking webhooks prune --older-than 7d --dry-run"},
		{"clear purge clean reset flush truncate", "delete all deliveries", "vidiking webhooks prune --keep 0"},
		{"dump backup save", "export the deliveries", "vidiking webhooks export"},
		{"search find grep filter", "search the deliveries", "vidiking webhooks list --search {text|job_}"},
		{"failed failures errors", "list undelivered deliveries", "vidiking webhooks list --failed"},

		{"config-ls config-show config-view config-print config-edit settings", "list the settings", "vidiking config list"},
		{"config-add-authtoken authtoken add-authtoken", "set the token for ngrok", "vidiking config set ngrok-authtoken"},
		{"login auth authenticate signin", "set the API key", "vidiking config set api-key"},
		{"logout signout", "remove the API key", "vidiking config unset api-key"},
		{"whoami account profile profiles", "list the settings and their sources", "vidiking config list"},
		{"init setup configure config-init", "set your handler", "vidiking config set forward {target|localhost:3000}"},
		{"secret secrets signing-secret webhook-secret", "print the signing secret", "vidiking listen --print-secret"},
		{"env environment-variables", "list the environment variables", "vidiking help environment"},

		{"status ps info sessions stats", "see what is running and how many deliveries failed", "vidiking"},
		{"check health healthcheck troubleshoot", "check the setup", "vidiking doctor"},
		{"open ui tui dashboard console inspector monitor", "watch deliveries live", "vidiking watch"},
		{"start run up serve server dev daemon client connect expose share receive forward tunnel proxy http https tcp", "receive webhooks and forward them", "vidiking listen --forward {target|localhost:3000}"},
		{"stop down kill quit exit", "to stop listen, press Ctrl-C in its terminal", ""},
		{"register subscribe endpoint endpoints create webhooks-create webhooks-add add source sources connection connections", "receive your account's events while listen runs", "vidiking listen --register"},
		{"unregister unsubscribe restore", "restore the account's webhook", "vidiking config restore-webhook"},

		{"send emit fire post publish ping simulate mock fixture fixtures sample samples message-create", "send a sample event", "vidiking trigger {event|render.complete}"},
		{"event types event-types catalog", "list all events", "vidiking events"},
		{"tour tutorial example examples quickstart getting-started", "take the tour", "vidiking demo"},
		{"docs documentation man manual usage commands", "list all commands", "vidiking help"},
		{"update upgrade self-update", "update vidiking in the same way that you installed it; this is", "vidiking version"},
		{"autocomplete completions", "print a completion script", "vidiking completion {shell|bash}"},
	}
}

// flagHabit maps a flag of another tool to the flag that does the same here.
type flagHabit struct {
	typed   string // alternatives separated by spaces
	command string // the command that it belongs to; empty for any
	instead string // what to type; --flag= takes the value; a whole command is for secrets, which are never arguments
}

// flagHabits returns flags of other tools that do not exist here. The first matching row is used.
func flagHabits() []flagHabit {
	return []flagHabit{
		{"port p target forward forward-to forward-connect-to to url upstream local-port", "vidiking", "listen --forward="},
		{"port p target forward-to forward-connect-to to dest destination upstream local-port handler endpoint", "vidiking listen", "--forward="},
		{"event filter-events event-types e", "vidiking listen", "--events="},
		{"domain hostname public-url", "vidiking listen", "--url="},
		{"skip-verify k", "vidiking listen", "--insecure"},
		{"no-verify", "vidiking listen", "--verify off"},
		{"bind host listen", "vidiking listen", "--addr="},

		{"url target forward-to endpoint webhook-url destination port handler forward f", "vidiking trigger", "--to="},
		{"url target forward-to endpoint webhook-url destination port handler forward f", "vidiking replay", "--to="},
		{"url target forward-to endpoint webhook-url destination port handler forward f", "vidiking webhooks replay", "--to="},
		{"override add field", "vidiking trigger", "--set="},
		{"remove", "vidiking trigger", "--unset="},
		{"payload body file data-file raw", "vidiking trigger", "--data="},
		{"repeat times n", "vidiking trigger", "--count="},
		{"parallel workers c", "vidiking trigger", "--concurrency="},
		{"skip-verify k", "", "--insecure"},

		{"n limit head newest", "vidiking replay", "--last="},
		{"n limit head newest", "vidiking webhooks replay", "--last="},
		{"n tail last head newest max", "vidiking webhooks list", "--limit="},
		{"all a", "vidiking webhooks list", "--limit 0"},
		{"f tail watch", "vidiking webhooks list", "--follow"},
		{"type event-type events", "", "--event="},
		{"from after start start-time newer-than", "", "--since="},
		{"to before end end-time", "", "--until="},
		{"before age", "vidiking webhooks prune", "--older-than="},
		{"all", "vidiking webhooks prune", "--keep 0"},
		{"force f no-prompt", "", "--yes"},
		{"query grep text", "", "--search="},
		{"file output-file", "vidiking webhooks export", "--out="},

		{"secret signing-secret webhook-secret whsec", "", "vidiking config set webhook-secret"},
		{"api-key apikey key", "", "vidiking config set api-key"},
		{"authtoken token ngrok-token ngrok-authtoken", "", "vidiking config set ngrok-authtoken"},
		{"json j print-json", "", "-o json"},
		{"format", "", "-o="},
		{"no-color no-colour nocolor", "", "--color never"},
		{"debug trace", "", "--verbose"},
		{"silent", "", "--quiet"},
		{"data-directory log-dir state-dir", "", "--data-dir="},
		{"config-file c", "", "--config="},
		{"project-name p", "", "--profile="},
		{"V", "", "--version"},
	}
}
