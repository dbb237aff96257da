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

// configuration says which file counts, and where each value came from that is not the default.
func (d *doctor) configuration(context.Context) []Finding {
	if d.o.Config == nil {
		return d.o.Trouble.finding()
	}
	cfg := d.o.Config
	message := "there is no file, and no home directory for one"
	path, err := cfg.FilePath()
	if err == nil {
		message = cfg.ShortPath(path)
	}
	if _, err := os.Stat(path); path != "" && err != nil {
		message += " (not there, so the defaults count)"
	}
	if p := cfg.Profile(); p != config.DefaultProfile {
		message += ", profile " + p
	}
	found := []Finding{{State: OK, Message: message}}
	for _, v := range cfg.List() {
		if v.Source != config.SourceDefault {
			found[0].Details = append(found[0].Details, fmt.Sprintf("%s = %s (%s)", v.Key.Name, v.Text, from(v.Source)))
		}
	}
	for _, w := range cfg.Warnings() {
		if w.Exposed {
			continue // that is for permissions to say
		}
		found = append(found, Finding{State: Warning, Message: w.Msg, Hint: w.Hint})
	}
	return found
}

// from is where a value came from, as it stands in brackets: a variable by its name alone.
func from(s config.Source) string {
	return strings.TrimPrefix(strings.TrimPrefix(string(s), "environment "), "flag ")
}

// proxy says which way calls take to Vidiking.
func (d *doctor) proxy(ctx context.Context) []Finding {
	if d.o.APIErr != nil {
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.o.API.Base.String(), nil)
	if err != nil {
		return failed(err.Error(), "")
	}
	through, err := d.o.Proxy(req)
	switch {
	case err != nil:
		return failed("the proxy of the environment is no URL", "look at HTTPS_PROXY and HTTP_PROXY")
	case through == nil:
		return ok("none, straight to " + d.o.API.Base.Host())
	}
	return ok(through.Redacted() + ", of the environment, to " + d.o.API.Base.Host())
}
