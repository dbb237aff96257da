package listen

import (
	"context"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

// The names of the tunnel providers.
const (
	providerAuto  = "auto" // ngrok if there is a token, else local
	providerNgrok = "ngrok"
	ProviderSSH   = "ssh"
	providerLocal = "local"
)

// Providers returns the names of the tunnel providers, for --tunnel.
func Providers() []string {
	return []string{providerAuto, providerNgrok, ProviderSSH, providerLocal}
}

// Provider opens the tunnel through which a session receives deliveries.
type Provider struct {
	Name   string
	Note   string                             // follows the name in the ready block
	Server string                             // the tunnel's server, as messages name it
	Open   func(tunnel.Options) tunnel.Tunnel // nil: only this machine can reach the session
	Check  func(context.Context) error        // checks whether a tunnel could be opened; nil: there is nothing to check

	ownProxy bool // the proxy is from the configuration, not from the environment
}

// isLocal reports whether only this machine can reach the session.
func (p *Provider) isLocal() bool { return p.Open == nil }

// Machine describes this machine for ChooseProvider.
type Machine struct {
	LookupEnv func(string) (string, bool)
	Home      string // empty if there is none
	GOOS      string
	Version   string // of this program
}

func (m Machine) env(name string) string {
	v, _ := m.LookupEnv(name)
	return v
}

// ChooseProvider returns the provider selected by --tunnel, or by a flag that only one provider has.
func ChooseProvider(m Machine, cfg *config.Config) (Provider, error) {
	name := cfg.String(config.Tunnel)
	sshGiven, urlGiven := isFlag(cfg, config.SSH), isFlag(cfg, config.URL)
	switch {
	case sshGiven && name != providerAuto && name != ProviderSSH:
		return Provider{}, output.Usage("cannot combine --ssh with --tunnel "+name, "leave one of them out")
	case urlGiven && name == providerLocal:
		return Provider{}, output.Usage("--url needs a tunnel, but --tunnel local opens none", "leave one of them out")
	case sshGiven:
		name = ProviderSSH
	case urlGiven && name == providerAuto:
		name = providerNgrok
	}
	switch name {
	case ProviderSSH:
		return sshProvider(m, cfg)
	case providerNgrok:
		return ngrokProvider(m, cfg)
	case providerAuto:
		return autoProvider(m, cfg)
	}
	return Provider{Name: providerLocal, Note: " (reachable from this machine only)"}, nil
}

// autoProvider returns ngrok if there is a token, else loopback. It ignores a broken configuration file of ngrok's own agent.
func autoProvider(m Machine, cfg *config.Config) (Provider, error) {
	p, err := ngrokProvider(m, cfg)
	var none noTokenError
	switch {
	case err == nil || !errors.As(err, &none):
		return p, err
	case none.broken:
		return Provider{Name: providerLocal, Note: " (reachable from this machine only; can't read ngrok's own configuration)"}, nil
	}
	return Provider{Name: providerLocal, Note: " (reachable from this machine only)"}, nil
}

func isFlag(cfg *config.Config, key string) bool {
	return strings.HasPrefix(string(cfg.Source(key)), string(config.SourceFlag("")))
}

// noTokenError indicates that there is no token for ngrok.
type noTokenError struct {
	*output.Failure

	broken bool // the configuration file of ngrok's agent, which may contain one, is broken
}

func (e noTokenError) Unwrap() error { return e.Failure }

// ngrokProvider uses the token from the environment, the configuration, or the configuration of ngrok's own agent.
func ngrokProvider(m Machine, cfg *config.Config) (Provider, error) {
	token, from, err := ngrokToken(m, cfg)
	if err != nil {
		return Provider{}, err
	}
	n := tunnel.NgrokOptions{Token: token, URL: cfg.PublicURL(), Version: m.Version, ConnectURL: cfg.String(config.NgrokConnectURL)}
	if n.Roots, err = ngrokRoots(cfg); err != nil {
		return Provider{}, err
	}
	policy, err := settingFile(cfg, config.NgrokPolicyFile)
	if err != nil {
		return Provider{}, err
	}
	n.Policy = string(policy)
	proxies := tunnel.EnvironmentProxies(m.LookupEnv)
	if by := cfg.String(config.NgrokProxyURL); by != "" {
		u, err := url.Parse(by)
		if err != nil {
			return Provider{}, output.Usage(config.NgrokProxyURL + " is not a valid URL") // without the value, which may contain a password
		}
		proxies = tunnel.FixedProxy(u)
	}
	return Provider{
		Name: providerNgrok, Note: ", with the token from " + from, Server: "ngrok", ownProxy: cfg.String(config.NgrokProxyURL) != "",
		Open: func(o tunnel.Options) tunnel.Tunnel {
			o.Proxy = proxies
			return tunnel.OpenNgrok(o, n)
		},
		Check: func(ctx context.Context) error { return tunnel.CheckNgrok(ctx, tunnel.Options{Proxy: proxies}, n) },
	}, nil
}

// ngrokToken returns the token and its origin.
func ngrokToken(m Machine, cfg *config.Config) (token, from string, err error) {
	if token = cfg.Reveal(config.NgrokAuthtoken); token != "" {
		from = "the configuration"
		if cfg.Source(config.NgrokAuthtoken) == config.SourceEnvironment(config.EnvNgrok) {
			from = config.EnvNgrok
		}
		return token, from, nil
	}
	token, file, err := tunnel.AgentToken(tunnel.Machine{LookupEnv: m.LookupEnv, Home: m.Home, GOOS: m.GOOS})
	switch {
	case err != nil:
		return "", "", noTokenError{output.Failed(err, err.Error(), "fix that file, or store the token here: vidiking config set ngrok-authtoken"), true}
	case token == "":
		return "", "", noTokenError{Failure: &output.Failure{Code: output.ExitCredentials, What: "no ngrok token found", Hints: []string{
			"get one from https://dashboard.ngrok.com/get-started/your-authtoken,",
			"then run: vidiking config set ngrok-authtoken",
			withoutAccount,
		}}}
	}
	return token, cfg.ShortPath(file), nil
}

// ngrokRoots returns the certificate authorities that ngrok's server may use, like root_cas of ngrok's agent. Nil means ngrok's own
// authority, which the library knows.
func ngrokRoots(cfg *config.Config) (*x509.CertPool, error) {
	switch cfg.String(config.NgrokRootCAs) {
	case "trusted":
		return nil, nil
	case "host":
		pool, err := x509.SystemCertPool()
		if err != nil {
			return nil, output.Failed(err, "can't read the system's certificates: "+err.Error())
		}
		return pool, nil
	}
	text, err := settingFile(cfg, config.NgrokRootCAs)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, output.Usage(config.NgrokRootCAs+" names a file without a certificate: "+cfg.String(config.NgrokRootCAs), "use a PEM file, trusted or host")
	}
	return pool, nil
}

// settingFile reads the file that a setting names, if it names one.
func settingFile(cfg *config.Config, key string) ([]byte, error) {
	path, err := cfg.Path(key)
	if err != nil || path == "" {
		return nil, err
	}
	text, err := atomicfile.Read(path, 1<<20)
	if err != nil {
		return nil, output.Usage("can't read " + cfg.ShortPath(path) + ", the file of " + key + ": " + output.PathReason(err))
	}
	return text, nil
}

// sshProvider uses a server that forwards ports over SSH. localhost.run accepts clients without a key.
func sshProvider(m Machine, cfg *config.Config) (Provider, error) {
	name := cfg.String(config.SSH)
	if cfg.Source(config.SSH) == config.SourceDefault || name == "localhost.run" {
		name = tunnel.LocalhostRun
	}
	target, err := tunnel.ParseTarget(name)
	if err != nil {
		return Provider{}, output.Usage("invalid --ssh "+name+": "+err.Error(), "name a server such as me@example.com or me@example.com:2222")
	}
	dir, err := cfg.DataDir()
	if err != nil {
		return Provider{}, err
	}
	o := tunnel.SSHOptions{
		Target: target, URL: cfg.PublicURL(), Bind: cfg.String(config.SSHBind), Version: m.Version,
		KnownHosts: filepath.Join(dir, "ssh-servers"),
	}
	if o.Keys.File, err = cfg.Path(config.SSHKey); err != nil {
		return Provider{}, err
	}
	if o.Target.User == "" {
		o.Target.User = m.userName()
	}
	if name != tunnel.LocalhostRun {
		o.Keys.Agent = m.sshAgent()
		if m.Home != "" {
			o.Keys.Dir = filepath.Join(m.Home, ".ssh")
		}
	}
	proxies := tunnel.EnvironmentProxies(m.LookupEnv)
	return Provider{
		Name: ProviderSSH, Note: " through " + target.String(), Server: target.Host,
		Open: func(t tunnel.Options) tunnel.Tunnel {
			t.Proxy = proxies
			return tunnel.OpenSSH(t, o)
		},
		Check: func(ctx context.Context) error { return tunnel.CheckSSH(ctx, tunnel.Options{Proxy: proxies}, o) },
	}, nil
}

// userName returns the user's name, which ssh uses if no other is given.
func (m Machine) userName() string {
	for _, name := range []string{"USER", "LOGNAME", "USERNAME"} {
		if v := m.env(name); v != "" {
			return v[strings.LastIndexByte(v, '\\')+1:]
		}
	}
	return "nobody"
}

// sshAgent returns the socket of the user's SSH agent. Windows has a named pipe instead, which is not supported.
func (m Machine) sshAgent() string {
	if m.GOOS == "windows" {
		return ""
	}
	return m.env("SSH_AUTH_SOCK")
}

// tunnelOptions returns the options that all providers share. The verifier sends a request through the tunnel to this process.
func tunnelOptions(sys *System) (tunnel.Options, *tunnel.Verifier) {
	client := &http.Client{Transport: &http.Transport{
		Proxy:             func(r *http.Request) (*url.URL, error) { return sys.Proxies(r.URL) },
		DisableKeepAlives: true, // each verification needs a new connection
	}}
	verifier := tunnel.NewVerifier(client, sys.Random)
	return tunnel.Options{Verify: verifier.Verify, Now: sys.Now, Random: rand.Float64}, verifier
}
