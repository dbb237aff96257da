package cmdutil

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// APIOptions is Vidiking's API as the settings have it, whether there is a key for it or not.
func APIOptions(a *App) (vidiking.Options, error) {
	cfg, err := a.Config()
	if err != nil {
		return vidiking.Options{}, err
	}
	base, err := vidiking.ParseBase(cfg.String(config.APIURL))
	if err != nil {
		return vidiking.Options{}, err
	}
	key, _, _ := cfg.APIKey()
	return vidiking.Options{
		Base: base, Key: key, Sandbox: cfg.Bool(config.Sandbox), UserAgent: "vidiking-cli/" + ReadBuild().Version,
		Proxy: a.W.Proxy(), Now: a.W.Now, OnWait: func(w vidiking.Wait) { sayWait(a, w) },
	}, nil
}

// Proxy is the way out that the environment asks for (HTTPS_PROXY, HTTP_PROXY, NO_PROXY). This machine is never reached through one.
func (w World) Proxy() func(*http.Request) (*url.URL, error) {
	either := func(name string) string {
		if v := w.Env(name); v != "" {
			return v
		}
		return w.Env(strings.ToLower(name))
	}
	find := (&httpproxy.Config{
		HTTPProxy: either("HTTP_PROXY"), HTTPSProxy: either("HTTPS_PROXY"), NoProxy: either("NO_PROXY"),
	}).ProxyFunc()
	return func(r *http.Request) (*url.URL, error) { return find(r.URL) }
}

// sayWait says why nothing happens.
func sayWait(a *App, w vidiking.Wait) {
	a.Stderr().Print("Vidiking's rate limit is used up. Trying again in " + display.Duration(w.For) + ".")
}

// explainAPI explains what Vidiking's API said, or why it said nothing.
func explainAPI(a *App, err error) *Failure {
	var status *vidiking.StatusError
	var odd *vidiking.ResponseError
	var redirect *vidiking.RedirectError
	var unreachable *vidiking.UnreachableError
	var wrong *vidiking.URLError
	switch {
	case errors.Is(err, vidiking.ErrNoKey):
		return &Failure{Code: ExitCredentials, What: err.Error(), Hints: []string{"set " + config.EnvAPIKey + ", or keep it: vidiking config set api-key"}}
	case errors.As(err, &status):
		return explainStatus(a, status)
	case errors.As(err, &odd):
		f := Failed(err, odd.Error(), wrongPlace(a)...)
		f.Detail = bodyLines(odd.Body)
		return f
	case errors.As(err, &redirect):
		f := Failed(err, redirect.Error(), wrongPlace(a)...)
		f.Detail = bodyLines(redirect.To)
		return f
	case errors.As(err, &unreachable):
		return Failed(err, unreachable.Error(), wayThere(a, unreachable)...)
	case errors.As(err, &wrong):
		return Usage(wrong.Error(), Lines(wrong.Hint)...)
	}
	return nil
}

func explainStatus(a *App, e *vidiking.StatusError) *Failure {
	f := Failed(e, e.Error())
	f.Detail = bodyLines(e.Body)
	switch {
	case e.RejectsKey():
		f.Code = ExitCredentials
		if key, source, ok := a.Cfg.APIKey(); ok {
			f.What = fmt.Sprintf("Vidiking refused the API key %s, from %s (%d)", key, Spoken(source), e.Code)
		}
		f.Hints = []string{"copy it again from Vidiking's dashboard: vidiking config set api-key"}
	case e.Code == http.StatusTooManyRequests:
		f.Hints = []string{"it takes 100 requests a minute, 10 in the sandbox: try again in a minute"}
	case e.Code >= http.StatusInternalServerError:
		f.Hints = []string{"that is a fault on the other side: try again later"}
	case e.Code == http.StatusNotFound:
		f.Hints = wrongPlace(a)
	}
	return f
}

// wrongPlace is the hint that what answers may not be Vidiking's API. There is none where its URL is the default one.
func wrongPlace(a *App) []string {
	if a.Cfg.Source(config.APIURL) == config.SourceDefault {
		return nil
	}
	return []string{fmt.Sprintf("is the API's URL right? It is %s, from %s", a.Cfg.String(config.APIURL), Spoken(a.Cfg.Source(config.APIURL)))}
}

// wayThere is what to do where there is no way to the API.
func wayThere(a *App, e *vidiking.UnreachableError) []string {
	if e.Reason == vidiking.ReasonProxy {
		return []string{"the proxy is from HTTPS_PROXY; go without one: NO_PROXY=" + e.Host}
	}
	if hint := wrongPlace(a); hint != nil {
		return hint
	}
	return []string{Offline}
}

// Offline is the hint where a name can't be looked up, or no network leads there.
const Offline = output.Offline

// Spoken is a source as it stands in a sentence: the variable's name or the flag alone, the file as such.
func Spoken(s config.Source) string {
	for _, kind := range []string{"environment ", "flag "} {
		if name, ok := strings.CutPrefix(string(s), kind); ok {
			return name
		}
	}
	if s == config.SourceFile {
		return "the configuration"
	}
	return string(s)
}

// bodyLines is the beginning of what the other side said, made harmless: a few lines that fit on a screen.
func bodyLines(body string) []string {
	const most, width = 6, 200
	var out []string
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(display.Clean(strings.TrimRight(line, "\r\n")))
		if line == "" {
			continue
		}
		if len(out) == most {
			return append(out, "…")
		}
		if runes := []rune(line); len(runes) > width {
			line = string(runes[:width]) + "…"
		}
		out = append(out, line)
	}
	return out
}
