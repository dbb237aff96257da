package config

import (
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// The settings by name, as the file spells them.
const (
	WebhookSecret  = "webhook_secret"
	APIKey         = "api_key"
	APIURL         = "api_url"
	Sandbox        = "sandbox"
	Forward        = "forward"
	Path           = "path"
	Addr           = "addr"
	Events         = "events"
	Verify         = "verify"
	Respond        = "respond"
	Timeout        = "timeout"
	MaxBody        = "max_body"
	MaxConcurrency = "max_concurrency"
	DataDir        = "data_dir"
	Output         = "output"
	Color          = "color"
	Profile        = "profile"

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

// DefaultPath is the path of a handler in Vidiking's documentation, and the path of the ingress unless another one is set.
const DefaultPath = "/webhooks/vidiking"

// profilesTable is the table of the file whose tables are the profiles.
const profilesTable = "profiles"

// Key describes one setting.
type Key struct {
	Name    string   // in the file
	Flag    string   // on the command line, without --; empty where there is none
	Env     string   // the environment variable; empty where there is none
	Summary string   // what it is for, in a few words without a full stop
	Default string   // empty where there is none, or where it depends on the machine
	Secret  bool     // never shown but on request, never an argument
	Values  []string // what it can be, where that is one of a few words
	Format  string   // else what it can be, in words without a full stop; empty for a secret

	form form
	rule func(string) *problem // nil where Values are the rule
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
		{Name: WebhookSecret, Env: EnvSecret, Summary: "the secret that signatures are made with", Secret: true, rule: checkSecret},
		{Name: APIKey, Env: EnvAPIKey, Summary: "the key of the account at Vidiking", Secret: true, rule: checkAPIKey},
		{Name: APIURL, Flag: "api-url", Env: EnvAPIURL, Summary: "where Vidiking's API is", Default: "https://api.vidiking.com/v1", Format: "a URL, like https://api.vidiking.com/v1", rule: checkText},
		{Name: Sandbox, Flag: "sandbox", Summary: "whether calls go to Vidiking's sandbox", Default: "false", form: formSwitch, Values: []string{"true", "false"}},
		{Name: Forward, Flag: "forward", Summary: "where deliveries go", Default: "http://localhost:3000" + DefaultPath, Format: "a port, host:port or URL; with EVENTS= before it, only for these", rule: checkText},
		{Name: Path, Flag: "path", Summary: "where deliveries come in", Default: DefaultPath, Format: "a path, like /webhooks/vidiking", rule: checkPath},
		{Name: Addr, Flag: "addr", Summary: "the address on this machine that listen opens", Default: "127.0.0.1:4747", Format: "an address of this machine, like 127.0.0.1:4747", rule: checkAddr},
		{Name: Events, Flag: "events", Summary: "which events are forwarded; all where it is empty", Format: "names or patterns with commas between them, like render.*,wallet.*", form: formList, rule: checkEvents},
		{Name: Verify, Flag: "verify", Summary: "what becomes of a wrong signature", Default: "strict", Values: []string{"strict", "warn", "off"}},
		{Name: Respond, Flag: "respond", Summary: "whose answer goes back", Default: "handler", Values: []string{"handler", "ack"}},
		{Name: Timeout, Flag: "timeout", Summary: "how long the handler may take", Default: "10s", Format: "a number with its unit, like 10s, 500ms or 1m30s", rule: checkDuration},
		{Name: MaxBody, Flag: "max-body", Summary: "the largest body that is taken", Default: "10MiB", Format: "a size, like 10MiB", form: formNumber, rule: checkMaxBody},
		{Name: MaxConcurrency, Flag: "max-concurrency", Summary: "how many deliveries are sent to a target at once", Default: "8", Format: "a number, 0 for no limit", form: formNumber, rule: checkMaxConcurrency},
		{Name: Tunnel, Flag: "tunnel", Summary: "the way in from the internet", Default: "auto", Values: []string{"auto", "ngrok", "ssh", "local"}},
		{Name: URL, Flag: "url", Summary: "the public URL that the tunnel is to have", Format: "a URL, like https://hooks.example.com", rule: checkPublicURL},
		{Name: SSH, Flag: "ssh", Summary: "the server that forwards over SSH", Default: "localhost.run", Format: "a server: user@host:port", rule: checkText},
		{Name: SSHBind, Summary: "what that server is asked to forward, as in localhost:8080", Format: "HOST:PORT, like localhost:8080", rule: checkHostPort},
		{Name: SSHKey, Summary: "the private key for that server; otherwise the agent's and those of ~/.ssh", Format: "a file", rule: checkDir},
		{Name: NgrokAuthtoken, Env: EnvNgrok, Summary: "the token of the ngrok account", Secret: true, rule: checkToken},
		{Name: NgrokConnectURL, Summary: "ngrok's own server, HOST:PORT, where it is another", Format: "HOST:PORT", rule: checkHostPort},
		{Name: NgrokRootCAs, Summary: "whom to trust as ngrok's server: trusted, host or a file", Default: "trusted", Format: "trusted, host or a file", rule: checkRoots},
		{Name: NgrokProxyURL, Summary: "the proxy on the way to ngrok's server", Format: "a URL, like http://proxy.example.com:3128", rule: checkProxy},
		{Name: NgrokPolicyFile, Summary: "a traffic policy for the endpoint, a file", Format: "a file", rule: checkDir},
		{Name: DataDir, Flag: "data-dir", Env: EnvDataDir, Summary: "where the log and the sessions are", Format: "a directory", rule: checkDir},
		{Name: Output, Flag: "output", Summary: "how results are shown", Default: "text", Values: []string{"text", "json"}},
		{Name: Color, Flag: "color", Summary: "when there is colour", Default: "auto", Values: []string{"auto", "always", "never"}},
		{Name: Profile, Flag: "profile", Env: EnvProfile, Summary: "the profile in use", Default: DefaultProfile, Format: "the name of a profile", rule: checkProfileName},
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
	return &UnknownError{Kind: "setting", Name: name, Closest: suggest.Closest(name, names), Known: names}
}

// Check checks a value as Set would. It returns a *ValueError.
func (k Key) Check(value string) error {
	if p := k.check(k.normal(value)); p != nil {
		return &ValueError{Name: k.Name, Msg: p.msg, Hint: p.hint}
	}
	return nil
}

// check is what is wrong with a value that is normal; nil where nothing is.
func (k Key) check(value string) *problem {
	if k.Values != nil {
		return checkOneOf(k.Values, value)
	}
	return k.rule(value)
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

// shownEntry is entry without a secret's value.
func (k Key) shownEntry(value string) string {
	if k.Secret {
		value = "…"
	}
	return k.entry(value)
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
