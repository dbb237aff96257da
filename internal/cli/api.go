package cli

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// apiOptions is Vidiking's API as the settings have it, whether there is a key for it or not.
func (a *app) apiOptions() (vidiking.Options, error) {
	cfg, err := a.config()
	if err != nil {
		return vidiking.Options{}, err
	}
	base, err := vidiking.ParseBase(cfg.String(config.APIURL))
	if err != nil {
		return vidiking.Options{}, err
	}
	key, _, _ := cfg.APIKey()
	return vidiking.Options{
		Base: base, Key: key, Sandbox: cfg.Bool(config.Sandbox), UserAgent: "vidiking-cli/" + readBuild().Version,
		Proxy: a.w.proxy(), Now: a.w.Now, OnWait: a.sayWait,
	}, nil
}

// proxy is the way out that the environment asks for (HTTPS_PROXY, HTTP_PROXY, NO_PROXY). This machine is never reached through one.
func (w World) proxy() func(*http.Request) (*url.URL, error) {
	either := func(name string) string {
		if v := w.env(name); v != "" {
			return v
		}
		return w.env(strings.ToLower(name))
	}
	find := (&httpproxy.Config{
		HTTPProxy: either("HTTP_PROXY"), HTTPSProxy: either("HTTPS_PROXY"), NoProxy: either("NO_PROXY"),
	}).ProxyFunc()
	return func(r *http.Request) (*url.URL, error) { return find(r.URL) }
}

// sayWait says why nothing happens.
func (a *app) sayWait(w vidiking.Wait) {
	a.stderr().Print("Vidiking's rate limit is used up. Trying again in " + display.Duration(w.For) + ".")
}

// explainAPI explains what Vidiking's API said, or why it said nothing.
func (a *app) explainAPI(err error) *failure {
	var status *vidiking.StatusError
	var odd *vidiking.ResponseError
	var redirect *vidiking.RedirectError
	var unreachable *vidiking.UnreachableError
	var wrong *vidiking.URLError
	switch {
	case errors.Is(err, vidiking.ErrNoKey):
		return &failure{code: exitCredentials, what: err.Error(), hint: []string{"set " + config.EnvAPIKey + ", or keep it: vidiking config set api-key"}}
	case errors.As(err, &status):
		return a.explainStatus(status)
	case errors.As(err, &odd):
		f := failed(err, odd.Error(), a.wrongPlace()...)
		f.detail = bodyLines(odd.Body)
		return f
	case errors.As(err, &redirect):
		f := failed(err, redirect.Error(), a.wrongPlace()...)
		f.detail = bodyLines(redirect.To)
		return f
	case errors.As(err, &unreachable):
		return failed(err, unreachable.Error(), a.wayThere(unreachable)...)
	case errors.As(err, &wrong):
		return usage(wrong.Error(), lines(wrong.Hint)...)
	}
	return nil
}

func (a *app) explainStatus(e *vidiking.StatusError) *failure {
	f := failed(e, e.Error())
	f.detail = bodyLines(e.Body)
	switch {
	case e.RejectsKey():
		f.code = exitCredentials
		if key, source, ok := a.cfg.APIKey(); ok {
			f.what = fmt.Sprintf("Vidiking refused the API key %s, from %s (%d)", key, spoken(source), e.Code)
		}
		f.hint = []string{"copy it again from Vidiking's dashboard: vidiking config set api-key"}
	case e.Code == http.StatusTooManyRequests:
		f.hint = []string{"it takes 100 requests a minute, 10 in the sandbox: try again in a minute"}
	case e.Code >= http.StatusInternalServerError:
		f.hint = []string{"that is a fault on the other side: try again later"}
	case e.Code == http.StatusNotFound:
		f.hint = a.wrongPlace()
	}
	return f
}

// wrongPlace is the hint that what answers may not be Vidiking's API. There is none where its URL is the default one.
func (a *app) wrongPlace() []string {
	if a.cfg.Source(config.APIURL) == config.SourceDefault {
		return nil
	}
	return []string{fmt.Sprintf("is the API's URL right? It is %s, from %s", a.cfg.String(config.APIURL), spoken(a.cfg.Source(config.APIURL)))}
}

// wayThere is what to do where there is no way to the API.
func (a *app) wayThere(e *vidiking.UnreachableError) []string {
	if e.Reason == vidiking.ReasonProxy {
		return []string{"the proxy is from HTTPS_PROXY; go without one: NO_PROXY=" + e.Host}
	}
	if hint := a.wrongPlace(); hint != nil {
		return hint
	}
	return []string{offline}
}

// offline is the hint where a name can't be looked up, or no network leads there.
const offline = "is this machine online? Through a proxy: HTTPS_PROXY=URL"

// spoken is a source as it stands in a sentence: the variable's name or the flag alone, the file as such.
func spoken(s config.Source) string {
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
