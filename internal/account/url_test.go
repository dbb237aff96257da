package account

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestCheckURL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		url  string
		from URLOptions
		want string // empty: valid
	}{
		{"https://example.com/hooks", URLOptions{}, ""},
		{"https://example.com:8443/hooks?a=b", URLOptions{}, ""},
		{"https://example.com/", URLOptions{}, ""},
		{"https://93.184.216.34/hooks", URLOptions{}, ""},
		{"https://[2606:2800:220:1::1]/hooks", URLOptions{}, ""},
		{"http://127.0.0.1:4747/hooks", URLOptions{LocalAPI: true}, ""},
		{"http://localhost:4747/hooks", URLOptions{LocalAPI: true}, ""},
		{"", URLOptions{}, "is empty"},
		{"example.com/hooks", URLOptions{}, `is invalid: "example.com/hooks"`},
		{"https://me:hush@/x", URLOptions{}, "is invalid: …"},
		{"https://me:hush@example.com/x", URLOptions{}, "cannot contain a user or password"},
		{"https://example.com/x#y", URLOptions{}, `cannot contain #: "https://example.com/x#y"`},
		{"https://example.com/x y", URLOptions{}, `contains white space or a control character: "https://example.com/x y"`},
		{"ftp://example.com/x", URLOptions{}, `has an unsupported scheme: "ftp"`},
		{"http://example.com/x", URLOptions{}, "must use https: http://example.com/x"},
		{"http://example.com/x", URLOptions{LocalAPI: true}, "must use https: http://example.com/x"},
		{"https://example.com", URLOptions{}, "has no path: https://example.com"},
		{"https://example.com:0/x", URLOptions{}, "has an invalid port (use 1 to 65535): example.com:0"},
		{"https://example.com:99999/x", URLOptions{}, "has an invalid port (use 1 to 65535): example.com:99999"},
		{"http://localhost:3000/x", URLOptions{}, "points to this machine (localhost:3000), which Vidiking cannot reach"},
		{"https://127.0.0.1/x", URLOptions{}, "points to this machine (127.0.0.1), which Vidiking cannot reach"},
		{"https://[::1]/x", URLOptions{}, "points to this machine ([::1]), which Vidiking cannot reach"},
		{"https://[::ffff:127.0.0.1]/x", URLOptions{}, "points to this machine ([::ffff:127.0.0.1]), which Vidiking cannot reach"},
		{"https://app.localhost/x", URLOptions{}, "points to this machine (app.localhost), which Vidiking cannot reach"},
		{"https://10.1.2.3/x", URLOptions{}, "points to a private network (10.1.2.3), which Vidiking cannot reach"},
		{"https://192.168.1.5/x", URLOptions{LocalAPI: true}, "points to a private network (192.168.1.5), which Vidiking cannot reach"},
		{"https://169.254.169.254/x", URLOptions{}, "points to a private network (169.254.169.254), which Vidiking cannot reach"},
		{"https://100.64.0.1/x", URLOptions{}, "points to a private network (100.64.0.1), which Vidiking cannot reach"},
		{"https://[fd00::1]/x", URLOptions{}, "points to a private network ([fd00::1]), which Vidiking cannot reach"},
		{"https://[fe80::1%25eth0]/x", URLOptions{}, "points to a private network ([fe80::1%eth0]), which Vidiking cannot reach"},
		{"https://printer/x", URLOptions{}, "points to a private network (printer), which Vidiking cannot reach"},
		{"https://nas.LOCAL./x", URLOptions{}, "points to a private network (nas.LOCAL.), which Vidiking cannot reach"},
		{"https://db.internal/x", URLOptions{}, "points to a private network (db.internal), which Vidiking cannot reach"},
		{"https://127.1/x", URLOptions{}, `has an invalid host: "127.1"`},
		{"https://2130706433/x", URLOptions{}, `has an invalid host: "2130706433"`},
		{"https://0x7f.0x1/x", URLOptions{}, `has an invalid host: "0x7f.0x1"`},
	} {
		err := CheckURL(tt.url, tt.from)
		if tt.want == "" {
			if err != nil {
				t.Errorf("CheckURL(%q, %+v): got %v, want no error", tt.url, tt.from, err)
			}
			continue
		}
		var wrong *URLError
		if !errors.As(err, &wrong) || wrong.Msg != tt.want {
			t.Errorf("CheckURL(%q, %+v): got %v, want %s", tt.url, tt.from, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("CheckURL(%q): the error shows the password", tt.url)
		}
	}
}

func FuzzCheckURLTakesOnlyWhatTheInternetReaches(f *testing.F) {
	for _, seed := range []string{"https://example.com/x", "http://localhost/", "https://[::ffff:10.0.0.1]/x", "https://a@b/", "https://127。0。0。1/x", "https:///x", "https://%6cocalhost/x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := CheckURL(text, URLOptions{}); err == nil && (!strings.HasPrefix(strings.ToLower(text), "https://") || strings.Contains(text, "localhost/")) {
			t.Errorf("CheckURL accepted %q", text)
		}
	})
}

func TestParseEvents(t *testing.T) {
	t.Parallel()
	all := []string{
		"render.queued", "render.processing", "render.complete", "render.failed", "ai.complete", "ai.failed", "wallet.low_balance", "wallet.deposit",
	}
	for list, want := range map[string][]string{
		"all": all, "*": all, "render.*,ai.*,wallet.*": all, "wallet.deposit, render.complete": {"render.complete", "wallet.deposit"},
		"*.failed,ai.failed":                     {"render.failed", "ai.failed"},
		"render.paused, ai.failed,render.paused": {"ai.failed", "render.paused"}, "all,render.paused": append(slices.Clone(all), "render.paused"),
	} {
		got, err := ParseEvents(list)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("ParseEvents(%q): got %v, %v, want %v", list, got, err, want)
		}
		short := ShortEvents(got)
		if again, err := ParseEvents(short); err != nil || !slices.Equal(again, got) {
			t.Errorf("ShortEvents(%v): got %q, which parses as %v, %v", got, short, again, err)
		}
	}
	for short, events := range map[string][]string{
		"all": all, "render.*": all[:4], "render.*,ai.complete": all[:5], "wallet.*": all[6:], "render.queued,wallet.*": {all[0], all[6], all[7]}, "": nil,
		"video.ready": {"video.ready"},
	} {
		if got := ShortEvents(events); got != short {
			t.Errorf("ShortEvents(%v): got %q, want %q", events, got, short)
		}
	}
	for list, near := range map[string]string{
		"rendr.*": "render.*", "": "", "render.complete,": "", "alll": "all", "payout.*": "", "render complete": "render.complete",
	} {
		_, err := ParseEvents(list)
		var wrong *EventError
		if !errors.As(err, &wrong) || wrong.Closest != near {
			t.Errorf("ParseEvents(%q): got %#v, want an EventError with closest %q", list, err, near)
		}
	}
}
