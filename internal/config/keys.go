package config

import (
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The settings by name, as the file spells them.
const (
	WebhookSecret = "webhook_secret"
	APIKey        = "api_key"
	APIURL        = "api_url"
	Sandbox       = "sandbox"
	Forward       = "forward"
	Path          = "path"
	Addr          = "addr"
	Events        = "events"
	Verify        = "verify"
	Respond       = "respond"
	Timeout       = "timeout"
	MaxBody       = "max_body"
	DataDir       = "data_dir"
	Output        = "output"
	Color         = "color"
	Profile       = "profile"

	Tunnel  = "tunnel"
	URL     = "url"
	SSH     = "ssh"
	SSHBind = "ssh_bind"
	SSHKey  = "ssh_key"

	NgrokAuthtoken  = "ngrok_authtoken"
	NgrokConnectURL = "ngrok_connect_url"
	NgrokRootCAs    = "ngrok_root_cas"
	NgrokProxyURL   = "ngrok_proxy_url"
	NgrokPolicyFile = "ngrok_traffic_policy_file"
)

// DefaultProfile names the top level of the file where a profile is asked for.
const DefaultProfile = "default"

// profilesTable is the table of the file whose tables are the profiles.
const profilesTable = "profiles"

// Key describes one setting.
type Key struct {
	Name    string // in the file
	Flag    string // on the command line, without --; empty where there is none
	Env     string // the environment variable; empty where there is none
	Summary string // what it is for, in a few words without a full stop
	Default string // empty where there is none, or where it depends on the machine
	Secret  bool   // never shown but on request, never an argument

	form  form
	check func(string) *problem
}

// form is how a setting's value is written in the file.
type form int

const (
	formText   form = iota
	formList        // a list of texts; elsewhere separated by commas
	formNumber      // a text, or a whole number
	formSwitch      // true or false
)

// problem is what is wrong with a value: what follows the setting's name, and what to do.
type problem struct {
	msg, hint string
}

// Keys lists the settings in the order in which they are shown.
func Keys() []Key {
	return []Key{
		{Name: WebhookSecret, Env: EnvSecret, Summary: "the secret that signatures are made with", Secret: true, check: checkSecret},
		{Name: APIKey, Env: EnvAPIKey, Summary: "the key of the account at Vidiking", Secret: true, check: checkAPIKey},
		{Name: APIURL, Flag: "api-url", Env: EnvAPIURL, Summary: "where Vidiking's API is", Default: "https://api.vidiking.com/v1", check: checkText},
		{Name: Sandbox, Flag: "sandbox", Summary: "whether calls go to Vidiking's sandbox", Default: "false", form: formSwitch, check: oneOf("true", "false")},
		{Name: Forward, Flag: "forward", Summary: "where deliveries go", Default: "http://localhost:3000/webhooks/vidiking", check: checkText},
		{Name: Path, Flag: "path", Summary: "where deliveries come in", Default: "/webhooks/vidiking", check: checkPath},
		{Name: Addr, Flag: "addr", Summary: "the address on this machine that listen opens", Default: "127.0.0.1:4747", check: checkAddr},
		{Name: Events, Flag: "events", Summary: "which events are forwarded; all where it is empty", form: formList, check: checkEvents},
		{Name: Verify, Flag: "verify", Summary: "what becomes of a wrong signature", Default: "strict", check: oneOf("strict", "warn", "off")},
		{Name: Respond, Flag: "respond", Summary: "whose answer goes back", Default: "handler", check: oneOf("handler", "ack")},
		{Name: Timeout, Flag: "timeout", Summary: "how long the handler may take", Default: "10s", check: checkDuration},
		{Name: MaxBody, Flag: "max-body", Summary: "the largest body that is taken", Default: "10MiB", form: formNumber, check: checkMaxBody},
		{Name: Tunnel, Flag: "tunnel", Summary: "the way in from the internet", Default: "auto", check: oneOf("auto", "ngrok", "ssh", "local")},
		{Name: URL, Flag: "url", Summary: "the public URL that the tunnel is to have", check: checkPublicURL},
		{Name: SSH, Flag: "ssh", Summary: "the server that forwards over SSH", Default: "localhost.run", check: checkText},
		{Name: SSHBind, Summary: "what that server is asked to forward, as in localhost:8080", check: checkHostPort},
		{Name: SSHKey, Summary: "the private key for that server; otherwise the agent's and those of ~/.ssh", check: checkDir},
		{Name: NgrokAuthtoken, Env: EnvNgrok, Summary: "the token of the ngrok account", Secret: true, check: checkToken},
		{Name: NgrokConnectURL, Summary: "ngrok's own server, HOST:PORT, where it is another", check: checkHostPort},
		{Name: NgrokRootCAs, Summary: "whom to trust as ngrok's server: trusted, host or a file", Default: "trusted", check: checkRoots},
		{Name: NgrokProxyURL, Summary: "the proxy on the way to ngrok's server", check: checkProxy},
		{Name: NgrokPolicyFile, Summary: "a traffic policy for the endpoint, a file", check: checkDir},
		{Name: DataDir, Flag: "data-dir", Env: EnvDataDir, Summary: "where the log and the sessions are", check: checkDir},
		{Name: Output, Flag: "output", Summary: "how results are shown", Default: "text", check: oneOf("text", "json")},
		{Name: Color, Flag: "color", Summary: "when there is colour", Default: "auto", check: oneOf("auto", "always", "never")},
		{Name: Profile, Flag: "profile", Env: EnvProfile, Summary: "the profile in use", Default: DefaultProfile, check: checkProfileName},
	}
}

// FindKey returns the setting that name names, in the file's spelling or the command line's: max_body and max-body are one. It
// returns an *UnknownError where there is none. What belongs to the tunnel may be named as a table would: tunnel.ngrok.root_cas.
func FindKey(name string) (Key, error) {
	keys := Keys()
	spelled := strings.NewReplacer("-", "_", ".", "_").Replace(strings.TrimPrefix(name, Tunnel+"."))
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == spelled })
	if i < 0 {
		return Key{}, unknownSetting(name, keys)
	}
	return keys[i], nil
}

func unknownSetting(name string, keys []Key) *UnknownError {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Name
	}
	return &UnknownError{What: "setting", Name: name, Near: webhook.Near(name, names), Among: names}
}

// Check checks a value as Set would. It returns a *ValueError.
func (k Key) Check(value string) error {
	if p := k.check(k.normal(value)); p != nil {
		return &ValueError{Name: k.Name, Msg: p.msg, Hint: p.hint}
	}
	return nil
}

// normal is value as it is kept: a list without the white space around its commas.
func (k Key) normal(value string) string {
	if k.form != formList {
		return value
	}
	return strings.Join(splitList(value), ",")
}

// entry is the line that sets the setting, as the file has it.
func (k Key) entry(value string) string {
	switch k.form {
	case formList:
		return k.Name + " = " + quoteList(splitList(value))
	case formSwitch:
		return k.Name + " = " + value
	default:
		return k.Name + " = " + quote(value)
	}
}

func splitList(value string) []string {
	if strings.TrimSpace(value) == "" {
		return nil
	}
	items := strings.Split(value, ",")
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	return items
}
