package listencmd

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
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

// The ways in.
const (
	wayAuto  = "auto" // ngrok where there is a token, else local
	wayNgrok = "ngrok"
	waySSH   = "ssh"
	wayLocal = "local"
)

func ways() []string { return []string{wayAuto, wayNgrok, waySSH, wayLocal} }

// way is how deliveries come in.
type way struct {
	Name   string
	Note   string                             // said behind the name in the ready block
	Server string                             // what it leads through, as sentences name it
	Open   func(tunnel.Options) tunnel.Tunnel // nil: by loopback alone
	Check  func(context.Context) error        // looks whether it could be opened; nil: there is nothing to look at

	ownProxy bool // its proxy is named in the configuration, not in the environment
}

// ChooseWay takes the way that was asked for, by --tunnel, or by what only one of them has.
func ChooseWay(a *cmdutil.App, cfg *config.Config) (way, error) {
	name := cfg.String(config.Tunnel)
	bySSH, byURL := fromFlag(cfg, config.SSH), fromFlag(cfg, config.URL)
	switch {
	case bySSH && name != wayAuto && name != waySSH:
		return way{}, cmdutil.Usage("--ssh names a server for --tunnel ssh, not "+name, "leave one of them out")
	case byURL && name == wayLocal:
		return way{}, cmdutil.Usage("--url is for a tunnel, and --tunnel local is none", "leave one of them out")
	case bySSH:
		name = waySSH
	case byURL && name == wayAuto:
		name = wayNgrok
	}
	switch name {
	case waySSH:
		return sshWay(a, cfg)
	case wayNgrok:
		return ngrokWay(a, cfg)
	case wayAuto:
		return autoWay(a, cfg)
	}
	return way{Name: wayLocal, Note: ": reached from this machine only"}, nil
}

// autoWay is ngrok for who has a token, and loopback for who has none. A file of another program that is broken is no reason to end.
func autoWay(a *cmdutil.App, cfg *config.Config) (way, error) {
	w, err := ngrokWay(a, cfg)
	var none noTokenError
	switch {
	case err == nil || !errors.As(err, &none):
		return w, err
	case none.broken:
		return way{Name: wayLocal, Note: ": reached from this machine only; ngrok's own configuration can't be read"}, nil
	}
	return way{Name: wayLocal, Note: ": reached from this machine only; --tunnel ssh opens it"}, nil
}

func fromFlag(cfg *config.Config, key string) bool {
	return strings.HasPrefix(string(cfg.Source(key)), string(config.SourceFlag("")))
}

// noTokenError is that no token of ngrok's is anywhere.
type noTokenError struct {
	*cmdutil.Failure

	broken bool // the file is, in which there may be one
}

func (e noTokenError) Unwrap() error { return e.Failure }

// ngrokWay is the way by ngrok, with the token from the environment, the configuration, or ngrok's own agent.
func ngrokWay(a *cmdutil.App, cfg *config.Config) (way, error) {
	token, from, err := ngrokToken(a, cfg)
	if err != nil {
		return way{}, err
	}
	n := tunnel.NgrokOptions{Token: token, URL: cfg.PublicURL(), Version: cmdutil.ReadBuild().Version, ConnectURL: cfg.String(config.NgrokConnectURL)}
	if n.Roots, err = ngrokRoots(cfg); err != nil {
		return way{}, err
	}
	policy, err := settingFile(cfg, config.NgrokPolicyFile)
	if err != nil {
		return way{}, err
	}
	n.Policy = string(policy)
	proxies := tunnel.EnvironmentProxies(a.W.LookupEnv)
	if by := cfg.String(config.NgrokProxyURL); by != "" {
		u, err := url.Parse(by)
		if err != nil {
			return way{}, cmdutil.Usage(config.NgrokProxyURL + " is no URL") // it was checked; and it may hold a password
		}
		proxies = tunnel.FixedProxy(u)
	}
	return way{
		Name: wayNgrok, Note: ", with the token from " + from, Server: "ngrok", ownProxy: cfg.String(config.NgrokProxyURL) != "",
		Open: func(o tunnel.Options) tunnel.Tunnel {
			o.Proxy = proxies
			return tunnel.OpenNgrok(o, n)
		},
		Check: func(ctx context.Context) error { return tunnel.CheckNgrok(ctx, tunnel.Options{Proxy: proxies}, n) },
	}, nil
}

// ngrokToken finds the token, and says where it comes from.
func ngrokToken(a *cmdutil.App, cfg *config.Config) (token, from string, err error) {
	if token = cfg.Reveal(config.NgrokAuthtoken); token != "" {
		from = "the configuration"
		if cfg.Source(config.NgrokAuthtoken) == config.SourceEnvironment(config.EnvNgrok) {
			from = config.EnvNgrok
		}
		return token, from, nil
	}
	token, file, err := tunnel.AgentToken(tunnel.Machine{LookupEnv: a.W.LookupEnv, Home: a.W.Home, GOOS: a.W.GOOS})
	switch {
	case err != nil:
		return "", "", noTokenError{cmdutil.Failed(err, err.Error(), "mend it, or give the token to vidiking: vidiking config set ngrok-authtoken"), true}
	case token == "":
		return "", "", noTokenError{Failure: &cmdutil.Failure{Code: cmdutil.ExitCredentials, What: "there is no token for ngrok", Hints: []string{
			"get one from https://dashboard.ngrok.com/get-started/your-authtoken,",
			"then: vidiking config set ngrok-authtoken",
			"or go without an account: --tunnel ssh",
		}}}
	}
	return token, cfg.ShortPath(file), nil
}

// ngrokRoots is whom to trust as ngrok's server, as the agent's root_cas: nil is its own authority, which the library knows.
func ngrokRoots(cfg *config.Config) (*x509.CertPool, error) {
	switch cfg.String(config.NgrokRootCAs) {
	case "trusted":
		return nil, nil
	case "host":
		pool, err := x509.SystemCertPool()
		if err != nil {
			return nil, cmdutil.Failed(err, "the system's certificates can't be read: "+err.Error())
		}
		return pool, nil
	}
	text, err := settingFile(cfg, config.NgrokRootCAs)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, cmdutil.Usage(config.NgrokRootCAs+" names a file without a certificate: "+cfg.String(config.NgrokRootCAs), "a PEM file, trusted or host")
	}
	return pool, nil
}

// settingFile reads the file that a setting names; nothing where it names none.
func settingFile(cfg *config.Config, key string) ([]byte, error) {
	path, err := cfg.Path(key)
	if err != nil || path == "" {
		return nil, err
	}
	text, err := atomicfile.Read(path, 1<<20)
	if err != nil {
		return nil, cmdutil.Usage(key + " names a file that can't be read: " + cfg.ShortPath(path) + ": " + cmdutil.PathReason(err))
	}
	return text, nil
}

// sshWay is the way by a server that forwards over SSH. localhost.run takes guests, who have no key to show.
func sshWay(a *cmdutil.App, cfg *config.Config) (way, error) {
	name := cfg.String(config.SSH)
	if cfg.Source(config.SSH) == config.SourceDefault || name == "localhost.run" {
		name = tunnel.LocalhostRun
	}
	target, err := tunnel.ParseTarget(name)
	if err != nil {
		return way{}, cmdutil.Usage("--ssh can't be "+name+": "+err.Error(), "a server like me@example.com, or me@example.com:2222")
	}
	dir, err := cfg.DataDir()
	if err != nil {
		return way{}, err
	}
	s := tunnel.SSHOptions{
		Target: target, URL: cfg.PublicURL(), Bind: cfg.String(config.SSHBind), Version: cmdutil.ReadBuild().Version,
		KnownHosts: filepath.Join(dir, "ssh-servers"),
	}
	if s.Keys.File, err = cfg.Path(config.SSHKey); err != nil {
		return way{}, err
	}
	if s.Target.User == "" {
		s.Target.User = userName(a)
	}
	if name != tunnel.LocalhostRun {
		s.Keys.Agent = sshAgent(a)
		if a.W.Home != "" {
			s.Keys.Dir = filepath.Join(a.W.Home, ".ssh")
		}
	}
	proxies := tunnel.EnvironmentProxies(a.W.LookupEnv)
	return way{
		Name: waySSH, Note: ", by " + target.String(), Server: target.Host,
		Open: func(o tunnel.Options) tunnel.Tunnel {
			o.Proxy = proxies
			return tunnel.OpenSSH(o, s)
		},
		Check: func(ctx context.Context) error { return tunnel.CheckSSH(ctx, tunnel.Options{Proxy: proxies}, s) },
	}, nil
}

// userName is the user's, as ssh takes it where none is given.
func userName(a *cmdutil.App) string {
	for _, name := range []string{"USER", "LOGNAME", "USERNAME"} {
		if v := a.W.Env(name); v != "" {
			return v[strings.LastIndexByte(v, '\\')+1:]
		}
	}
	return "nobody"
}

// sshAgent is the socket of the user's SSH agent. Windows has a pipe for it, which is another thing.
func sshAgent(a *cmdutil.App) string {
	if a.W.GOOS == "windows" {
		return ""
	}
	return a.W.Env("SSH_AUTH_SOCK")
}

// tunnelOptions is what every way is made of.
func tunnelOptions(a *cmdutil.App) (tunnel.Options, *tunnel.Verifier) {
	client := &http.Client{Transport: &http.Transport{
		Proxy:             proxyOfRequest(a),
		DisableKeepAlives: true, // each proof is a way of its own
	}}
	proof := tunnel.NewVerifier(client, a.W.Random)
	return tunnel.Options{Verify: proof.Verify, Now: a.W.Now, Random: rand.Float64}, proof
}

func proxyOfRequest(a *cmdutil.App) func(*http.Request) (*url.URL, error) {
	proxies := tunnel.EnvironmentProxies(a.W.LookupEnv)
	return func(r *http.Request) (*url.URL, error) { return proxies(r.URL) }
}
