package output_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

func TestNoticesExplainTheLimits(t *testing.T) {
	for _, test := range []struct {
		notice     relay.Notice
		code, want string
	}{
		{relay.Notice{Kind: relay.NoticeTooManyBytes}, "too_many_bytes", "Too many large bodies at once: those beyond the limit get 503."},
		{relay.Notice{Kind: relay.NoticeTooSlow, Took: 10 * time.Second}, "too_slow", "A sender got 408: it sent nothing of its body for 10.0 s."},
		{relay.Notice{Kind: relay.NoticeTooManyConns, Limit: 512}, "too_many_connections", "512 connections are open: idle ones are closed to make room, otherwise new ones get 503."},
		{relay.Notice{Kind: relay.NoticeLargeHeader}, "header_too_large", "A request got 431: its URL and headers are larger than 64 KiB."},
		{relay.Notice{Kind: relay.NoticeCrossSite}, "other_site", "A web page from another site posted here from a browser and got 403."},
		{relay.Notice{Kind: relay.NoticeCrossSite, Site: "https://a\x1b[31m"}, "other_site", "A web page from https://a"},
	} {
		got := output.NoticeOf(test.notice, "/webhooks/vidiking", display.Style{})
		if got.Code != test.code || !strings.HasPrefix(got.Message, test.want) || strings.Contains(got.Message, "\x1b") {
			t.Errorf("notice %d is %s, %q; want %s, %q", test.notice.Kind, got.Code, got.Message, test.code, test.want)
		}
	}
}
