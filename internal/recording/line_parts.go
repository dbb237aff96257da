package recording

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func duration(m Millis) time.Duration { return time.Duration(m) }

func timeOf(m *moment) time.Time {
	if m == nil {
		return time.Time{}
	}
	return time.Time(*m)
}

func texts(names []string) []Text {
	var out []Text
	for _, name := range names {
		out = append(out, Text(name))
	}
	return out
}

func stringsOf(names []Text) []string {
	var out []string
	for _, name := range names {
		out = append(out, string(name))
	}
	return out
}

func pairsOf(h webhook.Header) pairs {
	out := make(pairs, 0, len(h))
	for _, f := range h {
		out = append(out, [2]Text{Text(f.Name), Text(f.Value)})
	}
	return out
}

func (p pairs) header() webhook.Header {
	if len(p) == 0 {
		return nil
	}
	h := make(webhook.Header, 0, len(p))
	for _, pair := range p {
		h = append(h, webhook.Field{Name: string(pair[0]), Value: string(pair[1])})
	}
	return h
}
