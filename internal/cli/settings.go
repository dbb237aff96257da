package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// settings is the configuration with what the command's flags say over it. A setting's flag has its key's name, with - for _.
func (a *app) settings(flags *pflag.FlagSet) (*config.Config, error) {
	cfg, err := a.config()
	if err != nil {
		return nil, err
	}
	for _, k := range config.Keys() {
		if f := flags.Lookup(k.Flag); k.Flag != "" && f != nil && f.Changed {
			if err := cfg.Override(k.Name, f.Value.String()); err != nil {
				return nil, err
			}
		}
	}
	return cfg, nil
}

// listOf lists deliveries for a hint, a line each: the id, as short as tells them apart, the event and the time.
func (a *app) listOf(before string, rows []webhook.Summary) []string {
	var lines []string
	long := idLength(rows)
	for _, s := range rows {
		at := s.ReceivedAt.In(a.w.Location).Format("15:04:05")
		lines = append(lines, fmt.Sprintf("%s%s (%s)", before, s.ID.Short(long), strings.TrimPrefix(s.Event+", "+at, ", ")))
		before = strings.Repeat(" ", len(before))
	}
	return lines
}

// shortID is how many characters of an id are shown.
const shortID = 6
