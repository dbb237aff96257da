package doctor

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/config"
)

func (d *doctor) version(context.Context) []Finding { return ok(d.o.Build) }

// configuration reports the configuration file, and the source of every value that is not the default.
func (d *doctor) configuration(context.Context) []Finding {
	if d.o.Config == nil {
		return d.o.ConfigErr.finding()
	}
	cfg := d.o.Config
	message := "no file, because there is no home directory"
	path, err := cfg.FilePath()
	if err == nil {
		message = cfg.ShortPath(path)
	}
	if _, err := os.Stat(path); path != "" && err != nil {
		message += " (not found, so the defaults apply)"
	}
	if p := cfg.Profile(); p != config.DefaultProfile {
		message += ", profile " + p
	}
	found := []Finding{{State: OK, Message: message}}
	for _, v := range cfg.List() {
		if v.Source != config.SourceDefault {
			found[0].Details = append(found[0].Details, fmt.Sprintf("%s = %s (%s)", v.Key.Name, v.Text, sourceName(v.Source)))
		}
	}
	for _, w := range cfg.Warnings() {
		if w.Exposed {
			continue // reported by permissions
		}
		found = append(found, Finding{State: Warning, Message: w.Msg, Hint: w.Hint})
	}
	return found
}

// sourceName returns the source of a value as shown in parentheses: an environment variable is just its name.
func sourceName(s config.Source) string {
	return strings.TrimPrefix(strings.TrimPrefix(string(s), "environment "), "flag ")
}

// proxy reports the route of requests to Vidiking.
func (d *doctor) proxy(ctx context.Context) []Finding {
	if d.o.APIErr != nil {
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.o.API.Base.String(), nil)
	if err != nil {
		return failed(err.Error(), "")
	}
	proxy, err := d.o.Proxy(req)
	switch {
	case err != nil:
		return failed("the proxy in the environment is not a valid URL", "check HTTPS_PROXY and HTTP_PROXY")
	case proxy == nil:
		return ok("none, direct connection to " + d.o.API.Base.Host())
	}
	return ok(proxy.Redacted() + " (from the environment), to " + d.o.API.Base.Host())
}
