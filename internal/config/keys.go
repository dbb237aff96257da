package config

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// Names of the settings, as the file spells them.
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

// DefaultProfile is the name of the top level of the file when a profile name is needed.
const DefaultProfile = "default"

// DefaultPath is the handler path in Vidiking's documentation, and the ingress path unless another one is set.
const DefaultPath = "/webhooks/vidiking"

// profilesTable is the name of the table that contains the profiles.
const profilesTable = "profiles"

// Key describes one setting.
type Key struct {
	Name    string   // in the file
	Flag    string   // on the command line, without --; empty if there is none
	Env     string   // the environment variable; empty if there is none
	Summary string   // a short description without a period
	Default string   // empty if there is none, or if it depends on the machine
	Secret  bool     // shown only on request, and never a command-line argument
	Values  []string // allowed values, if they are a fixed set
	Format  string   // otherwise the allowed form, without a period; empty for a secret

	valueType valueType
	validate  func(string) *problem // nil if Values lists all allowed values
}

// valueType is the TOML type of a setting's value.
type valueType int

const (
	typeString valueType = iota
	typeList             // a list of strings; elsewhere separated by commas
	typeNumber           // a string or an integer
	typeBool             // true or false
)

// problem describes what is wrong with a value.
type problem struct {
	msg   string // a predicate: must not be empty
	hint  string // may be empty
	value string // if the value as a whole is invalid: the value, quoted, instead of msg
}

// newProblem returns a problem from a predicate, such as "must not be empty", and a hint.
func newProblem(msg, hint string) *problem { return &problem{msg: msg, hint: hint} }

// invalidValue returns the problem that a value is not one of those that the hint lists.
func invalidValue(value, hint string) *problem {
	return &problem{value: strconv.Quote(value), hint: hint}
}

// about returns the problem as an error message about a setting.
func (p *problem) about(name string) string {
	if p.value != "" {
		return "invalid value " + p.value + " for " + name
	}
	return name + " " + p.msg
}

// Keys returns the settings in the order in which they are shown.
func Keys() []Key {
	return []Key{
		{Name: WebhookSecret, Env: EnvSecret, Summary: "secret that signs and verifies deliveries", Secret: true, validate: checkSecret},
		{Name: APIKey, Env: EnvAPIKey, Summary: "API key of your Vidiking account", Secret: true, validate: checkAPIKey},
		{Name: APIURL, Flag: "api-url", Env: EnvAPIURL, Summary: "base URL of Vidiking's API", Default: "https://api.vidiking.com/v1", Format: "a URL, such as https://api.vidiking.com/v1", validate: checkText},
		{Name: Sandbox, Flag: "sandbox", Summary: "use Vidiking's sandbox", Default: "false", valueType: typeBool, Values: []string{"true", "false"}},
		{Name: Forward, Flag: "forward", Summary: "where to forward deliveries", Default: "http://localhost:3000" + DefaultPath, Format: "a port, host:port or URL, with EVENTS= before it for selected events", validate: checkText},
		{Name: Path, Flag: "path", Summary: "URL path that accepts deliveries", Default: DefaultPath, Format: "a path, such as /webhooks/vidiking", validate: checkPath},
		{Name: Addr, Flag: "addr", Summary: "loopback address that listen binds", Default: "127.0.0.1:4747", Format: "a loopback address, such as 127.0.0.1:4747", validate: checkAddr},
		{Name: Events, Flag: "events", Summary: "events to forward; all if empty", Format: "event names or patterns separated by commas, such as render.*,wallet.*", valueType: typeList, validate: checkEvents},
		{Name: Verify, Flag: "verify", Summary: "what to do with an invalid signature", Default: "strict", Values: []string{"strict", "warn", "off"}},
		{Name: Respond, Flag: "respond", Summary: "which response the sender gets", Default: "handler", Values: []string{"handler", "ack"}},
		{Name: Timeout, Flag: "timeout", Summary: "how long to wait for the handler", Default: "10s", Format: "a number with a unit, such as 10s, 500ms or 1m30s", validate: checkDuration},
		{Name: MaxBody, Flag: "max-body", Summary: "largest body to accept", Default: "10MiB", Format: "a size, such as 10MiB", valueType: typeNumber, validate: checkMaxBody},
		{Name: MaxConcurrency, Flag: "max-concurrency", Summary: "how many deliveries to send to a target at once", Default: "8", Format: "a number; 0 for no limit", valueType: typeNumber, validate: checkMaxConcurrency},
		{Name: Tunnel, Flag: "tunnel", Summary: "tunnel provider", Default: "auto", Values: []string{"auto", "ngrok", "ssh", "local"}},
		{Name: URL, Flag: "url", Summary: "public URL of the tunnel", Format: "a URL, such as https://hooks.example.com", validate: checkPublicURL},
		{Name: SSH, Flag: "ssh", Summary: "SSH server that forwards deliveries", Default: "localhost.run", Format: "user@host:port", validate: checkText},
		{Name: SSHBind, Summary: "address that the SSH server forwards, such as localhost:8080", Format: "HOST:PORT, such as localhost:8080", validate: checkHostPort},
		{Name: SSHKey, Summary: "private key for the SSH server; by default the keys of your SSH agent and in ~/.ssh", Format: "a file path", validate: checkDir},
		{Name: NgrokAuthtoken, Env: EnvNgrok, Summary: "authtoken of your ngrok account", Secret: true, validate: checkToken},
		{Name: NgrokConnectURL, Summary: "ngrok server to connect to, if not the default one", Format: "HOST:PORT", validate: checkHostPort},
		{Name: NgrokRootCAs, Summary: "certificates to trust for ngrok's server: trusted, host or a file", Default: "trusted", Format: "trusted, host or a file", validate: checkRoots},
		{Name: NgrokProxyURL, Summary: "proxy for the connection to ngrok", Format: "a URL, such as http://proxy.example.com:3128", validate: checkProxy},
		{Name: NgrokPolicyFile, Summary: "ngrok traffic policy file", Format: "a file path", validate: checkDir},
		{Name: DataDir, Flag: "data-dir", Env: EnvDataDir, Summary: "directory of the delivery log and the sessions", Format: "a directory", validate: checkDir},
		{Name: Output, Flag: "output", Summary: "output format", Default: "text", Values: []string{"text", "json"}},
		{Name: Color, Flag: "color", Summary: "when to use color", Default: "auto", Values: []string{"auto", "always", "never"}},
		{Name: Profile, Flag: "profile", Env: EnvProfile, Summary: "active profile", Default: DefaultProfile, Format: "a profile name", validate: checkProfileName},
	}
}

// FindKey returns the setting with a name. It accepts the spelling of the file and of the command line (max_body, max-body), and tunnel
// settings as in a table (tunnel.ngrok.root_cas). It returns an *UnknownError if there is no such setting.
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

// Check checks a value as Set does. It returns a *ValueError.
func (k Key) Check(value string) error {
	if p := k.check(k.normalize(value)); p != nil {
		return &ValueError{Name: k.Name, Msg: p.about(k.Name), Hint: p.hint}
	}
	return nil
}

// check returns the problem with a normalized value, or nil.
func (k Key) check(value string) *problem {
	if k.Values != nil {
		return checkOneOf(k.Values, value)
	}
	return k.validate(value)
}

// normalize returns the value in the form in which it is kept: a list has no white space around its commas.
func (k Key) normalize(value string) string {
	if k.valueType != typeList {
		return value
	}
	return strings.Join(splitList(value), ",")
}

// entry returns the line that sets the value in the file.
func (k Key) entry(value string) string {
	switch k.valueType {
	case typeList:
		return k.Name + " = " + quoteList(splitList(value))
	case typeBool:
		return k.Name + " = " + value
	default:
		return k.Name + " = " + quote(value)
	}
}

// maskedEntry returns the line that sets the value, with secrets masked.
func (k Key) maskedEntry(value string) string {
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
