package dispatch

import (
	"net/http"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestPathQueryAndHostAreSentUnchanged(t *testing.T) {
	long := "/" + strings.Repeat("x", 60<<10)
	for _, test := range []struct {
		path              string // the target's
		rest, query, host string
		want              string // the request URI and Host
	}{
		{"/hook", "", "", "", "/hook HANDLER"},
		{"/hook", "/order/42", "a=1", "", "/hook/order/42?a=1 HANDLER"},
		{"/hook/", "/order", "", "shop.test", "/hook/order shop.test"},
		{"/hook?own=1", "/a%2Fb%2f//c;d=1/", "token=a%2Bb&&x;y=?", "", "/hook/a%2Fb%2f//c;d=1/?own=1&token=a%2Bb&&x;y=? HANDLER"},
		{"/", "//two", "", "", "//two HANDLER"},
		{"/hook", "/a|b\"<>^`{}\\/\xff\xc3\xa4", "q=\xff\"|", "", "/hook/a|b\"<>^`{}\\/\xff\xc3\xa4?q=\xff\"| HANDLER"},
		{"/hook", "/%FF%00", "%zz", "", "/hook/%FF%00?%zz HANDLER"},
		{"/hook?", "", "", "", "/hook? HANDLER"},
		{"/hook", long, "", "", "/hook" + long + " HANDLER"},
		{"/hook", "", "", "example.com:8443", "/hook example.com:8443"},
	} {
		handler := testkit.ServeRaw(t, testkit.RespondRaw(okResponse))
		to := target(t, handler.URL()+test.path)
		got := sender(t, Options{}).Send(t.Context(), to.For(test.rest, test.query, test.host), nil, []byte("{}"))
		wantCode(t, got, http.StatusOK)
		lines := strings.Split(strings.ReplaceAll(string(handler.Wait(1)[0]), handler.Addr(), "HANDLER"), "\r\n")
		called := strings.TrimSuffix(strings.TrimPrefix(lines[0], "POST "), " HTTP/1.1") + " " + strings.TrimPrefix(lines[1], "Host: ")
		if called != test.want {
			t.Errorf("got %.100q, want %.100q", called, test.want)
		}
		wantURL := ""
		if test.rest+test.query != "" {
			wantURL = webhook.RequestURL(to.String(), test.rest, test.query)
		}
		if got.Target != to.String() || got.URL != wantURL {
			t.Errorf("attempt has target %q and url %.100q, want %q and %.100q", got.Target, got.URL, to, wantURL)
		}
	}
}
