package relay

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/hosts"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestIngressRejectsCrossSitePostsFromBrowsersOnly(t *testing.T) {
	const evil = "https://evil.example"
	trusted := session.Sender{Token: token, Origin: webhook.OriginTrigger}.String()
	tests := []struct {
		name, host string
		header     []string
		tunnel     bool
		want       int
	}{
		{"no browser", "127.0.0.1:4747", nil, false, 200},
		{"no browser, through the user's tunnel", "hooks.example.com", nil, false, 200},
		{"no browser, from a container", "host.docker.internal:4747", nil, false, 200},
		{"Node's fetch, from a container", "host.docker.internal:4747", []string{"Sec-Fetch-Mode: cors"}, false, 200},
		{"a form of another site", "127.0.0.1:4747", []string{"Origin: " + evil}, false, 403},
		{"a script of another site", "localhost:4747", []string{"Origin: " + evil, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"}, false, 403},
		{"no origin, but a site", "localhost:4747", []string{"Sec-Fetch-Site: cross-site"}, false, 403},
		{"a file or a sandbox", "localhost:4747", []string{"Origin: null"}, false, 403},
		{"two origins", "localhost:4747", []string{"Origin: http://localhost:4747", "Origin: " + evil}, false, 403},
		{"an invalid origin", "localhost:4747", []string{"Origin: http://[::"}, false, 403},
		{"DNS rebinding", "evil.example:4747", []string{"Origin: http://evil.example:4747"}, false, 403},
		{"DNS rebinding, same origin", "evil.example:4747", []string{"Origin: http://evil.example:4747", "Sec-Fetch-Site: same-origin"}, false, 403},
		{"DNS rebinding, without an origin", "evil.example", []string{"Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: empty"}, false, 403},
		{"a name with localhost as its prefix", "localhost.evil.example:4747", []string{"Origin: http://localhost.evil.example:4747"}, false, 403},
		{"a page of this machine", "localhost:4747", []string{"Origin: http://localhost:3000", "Sec-Fetch-Site: same-site"}, false, 200},
		{"a page of this machine, in an older browser", "127.0.0.1:4747", []string{"Origin: http://localhost:3000"}, false, 200},
		{"a page of this machine, by IPv6", "[::1]:4747", []string{"Origin: http://[::1]:3000"}, false, 200},
		{"typed into the browser", "localhost:4747", []string{"Sec-Fetch-Site: none", "Sec-Fetch-User: ?1"}, false, 200},
		{"with the session's token", "evil.example", []string{"Origin: " + evil, "Sec-Fetch-Site: cross-site", session.SenderHeader + ": " + trusted}, false, 200},
		{"with another token", "localhost", []string{"Origin: " + evil, session.SenderHeader + ": token=guess; origin=trigger"}, false, 403},
		{"a page of the tunnel's own site", "a.ngrok.app", []string{"Origin: https://a.ngrok.app", "Sec-Fetch-Site: same-origin"}, true, 200},
		{"another site through the tunnel", "a.ngrok.app", []string{"Origin: " + evil}, true, 403},
	}
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, "ok"))
	here := start(t, handler.URL(), warn)
	outside := start(t, handler.URL(), warn, func(p *rigOptions) { p.ingress.Origin = webhook.OriginTunnel })
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := here
			if test.tunnel {
				r = outside
			}
			before := len(handler.Requests())
			got := r.raw(strings.Replace(rawPost(sampleBody, test.header...), "Host: ingress.test", "Host: "+test.host, 1))
			reached := len(handler.Requests()) > before
			if got.code != test.want || reached != (test.want == http.StatusOK) {
				t.Errorf("got %d %s, forwarded %t; want %d", got.code, got.body, reached, test.want)
			}
		})
	}
	for _, r := range []*rig{here, outside} {
		if notices := r.notices.of(NoticeCrossSite); len(notices) != 1 || notices[0].Site != evil {
			t.Errorf("got notices %+v, want one, for %s", notices, evil)
		}
	}
	if n, m := len(here.recorded())+len(outside.recorded()), len(handler.Requests()); n != m {
		t.Errorf("%d recorded, %d forwarded, want equal numbers", n, m)
	}
}

// FuzzIngressRejectsOtherSites checks that neither Origin nor Host lets a page of another site in.
func FuzzIngressRejectsOtherSites(f *testing.F) {
	for _, s := range []string{"https://evil.example", "null", "", "http://localhost", "http://[::1", "http://127.0.0.1.evil.example", "https://a@localhost"} {
		f.Add(s, "localhost:4747", "")
		f.Add(s, "evil.example", "same-origin")
		f.Add(s, "[::1]:4747", "cross-site")
	}
	f.Fuzz(func(t *testing.T, origin, host, site string) {
		req := &http.Request{Host: host, Header: http.Header{"Origin": {origin}}}
		if site != "" {
			req.Header["Sec-Fetch-Site"] = []string{site}
		}
		refused := isCrossSite(req, webhook.OriginLocal)
		if !refused && (site == "cross-site" || !isLocalName(stripPort(host))) {
			t.Errorf("origin %q, host %q, site %q: accepted", origin, host, site)
		}
		u, err := url.Parse(origin)
		if !refused && site == "" && (err != nil || !strings.EqualFold(u.Hostname(), stripPort(host)) && !hosts.IsLocal(u.Hostname())) {
			t.Errorf("origin %q, host %q: accepted", origin, host)
		}
	})
}
