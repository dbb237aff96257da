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

// APIOptions returns the options for Vidiking's API, with or without an API key.
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
		Proxy: a.Env.Proxy(), Now: a.Env.Now, OnWait: func(w vidiking.Wait) { printRateLimitWait(a, w) },
	}, nil
}

// Proxy returns the proxy function set by HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Requests to this machine never use a proxy.
func (e Environment) Proxy() func(*http.Request) (*url.URL, error) {
	either := func(name string) string {
		if v := e.Getenv(name); v != "" {
			return v
		}
		return e.Getenv(strings.ToLower(name))
	}
	find := (&httpproxy.Config{
		HTTPProxy: either("HTTP_PROXY"), HTTPSProxy: either("HTTPS_PROXY"), NoProxy: either("NO_PROXY"),
	}).ProxyFunc()
	return func(r *http.Request) (*url.URL, error) { return find(r.URL) }
}

func printRateLimitWait(a *App, w vidiking.Wait) {
	a.Stderr().Print("Vidiking's rate limit is reached. Trying again in " + display.Duration(w.For) + ".")
}

// explainAPI handles errors of Vidiking's API.
func explainAPI(a *App, err error) *Failure {
	var status *vidiking.StatusError
	var response *vidiking.ResponseError
	var redirect *vidiking.RedirectError
	var unreachable *vidiking.UnreachableError
	var wrong *vidiking.URLError
	switch {
	case errors.Is(err, vidiking.ErrNoKey):
		return &Failure{Code: output.ExitCredentials, What: err.Error(), Hints: []string{"set " + config.EnvAPIKey + ", or save it: vidiking config set api-key"}}
	case errors.As(err, &status):
		return explainStatus(a, status)
	case errors.As(err, &response):
		f := Failed(err, response.Error(), checkURLHint(a)...)
		f.Detail = excerpt(response.Body)
		return f
	case errors.As(err, &redirect):
		f := Failed(err, redirect.Error(), checkURLHint(a)...)
		f.Detail = excerpt(redirect.To)
		return f
	case errors.As(err, &unreachable):
		return Failed(err, unreachable.Error(), connectionHint(a, unreachable)...)
	case errors.As(err, &wrong):
		return Usage(wrong.Error(), Lines(wrong.Hint)...)
	}
	return nil
}

func explainStatus(a *App, e *vidiking.StatusError) *Failure {
	f := Failed(e, e.Error())
	f.Detail = excerpt(e.Body)
	switch {
	case e.RejectsKey():
		f.Code = output.ExitCredentials
		if key, source, ok := a.Cfg.APIKey(); ok {
			f.What = fmt.Sprintf("Vidiking rejected the API key %s from %s (%d)", key, SourceName(source), e.Code)
		}
		f.Hints = []string{"copy it again from Vidiking's dashboard: vidiking config set api-key"}
	case e.Code == http.StatusTooManyRequests:
		f.Hints = []string{"Vidiking accepts 100 requests per minute, 10 in the sandbox; try again in a minute"}
	case e.Code >= http.StatusInternalServerError:
		f.Hints = []string{"this is an error at Vidiking; try again later"}
	case e.Code == http.StatusNotFound:
		f.Hints = checkURLHint(a)
		if strings.HasPrefix(e.Call, "GET /render/") {
			f.Hints = append([]string{"is it the id of a render job, and of this API key's account?"}, f.Hints...)
		}
	}
	return f
}

// checkURLHint returns the hint to check the API's URL, or none if it is the default one.
func checkURLHint(a *App) []string {
	if a.Cfg.Source(config.APIURL) == config.SourceDefault {
		return nil
	}
	return []string{fmt.Sprintf("is the API URL %s (from %s) correct?", a.Cfg.String(config.APIURL), SourceName(a.Cfg.Source(config.APIURL)))}
}

// connectionHint returns the hint for an API that cannot be reached.
func connectionHint(a *App, e *vidiking.UnreachableError) []string {
	if e.Reason == vidiking.ReasonProxy {
		return []string{"the proxy comes from HTTPS_PROXY; bypass it: NO_PROXY=" + e.Host}
	}
	if hint := checkURLHint(a); hint != nil {
		return hint
	}
	return []string{output.Offline}
}

// SourceName returns a source's name for use in a sentence: the name of the variable or flag, or "the configuration" for the file.
func SourceName(s config.Source) string {
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

// excerpt returns the first lines of a response body, cleaned for a terminal and cut to fit a screen.
func excerpt(body string) []string {
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
