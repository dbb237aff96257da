package recording_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// TestMain makes this binary act as curl if it is called with that name.
func TestMain(m *testing.M) {
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == "curl" {
		os.Exit(dumpCall())
	}
	os.Exit(m.Run())
}

// hostile generates hostile deliveries.
type hostile struct{ *rand.Rand }

func newHostile(seed uint64) hostile { return hostile{rand.New(rand.NewPCG(seed, 0))} }

// pieces are texts with a meaning to a shell, curl, printf, JSON, a terminal or an editor of .http files.
var pieces = []string{
	"'", "''", `'\''`, `"`, "`touch pwned`", "$(touch pwned)", "${IFS}", "$HOME", "$'x'", "; touch pwned;", "&& touch pwned", "| tee pwned",
	"> pwned", ">>pwned", "< /etc/passwd", "<<EOF\nEOF\n", "\nEOF\n", "\n", "\n\n", "\r", "\r\n", "\t", "\x00", "\x1b[31m", "\x1b]0;x\x07", "\x7f",
	`\`, `\\`, `\n`, `\0`, `\047`, `\c`, `\u0041`, "%", "%s", "%n", "%%", "%d%*d", "-", "--", "-n", "-v x", "--output pwned", "-o pwned", "@pwned", "@/etc/passwd", "@-",
	"!", "!!", "!touch", "#", "# x", "###", "~", "*", "?", "[1-9]", "{a,b}", "{{$processEnv HOME}}", "=", ":", ";", "&", "|", "(", ")", "<", ">",
	"é", "日本", "😀", "\u202e", "\u200b", "\ufeff", "\u0085", "\u2028", "\xff", "\xc3", "\xed\xa0\x80", "\x80", "\\ud800", `"\ud800"`,
	`{"event":"render.complete","data":{"n":1.0}}`, "< ./pwned.json", "function x() { touch pwned; }", " ", "a", "plain",
}

func (n hostile) pick(from []string) string { return from[n.IntN(len(from))] }

// text returns a few pieces or, occasionally, random bytes.
func (n hostile) text(most int) string {
	if n.IntN(8) == 0 {
		b := make([]byte, n.IntN(4*most+1))
		for i := range b {
			b[i] = byte(n.IntN(256))
		}
		return string(b)
	}
	var b strings.Builder
	for range n.IntN(most + 1) {
		b.WriteString(n.pick(pieces))
	}
	return b.String()
}

// token returns a valid header name.
func (n hostile) token() string {
	return n.pick([]string{
		"X-A", "X-B", "Content-Type", "User-Agent", "Accept", "-X", "--Output", "$Home", "`touch-Pwned`", "X|Tee", "'", "#", "###", "X'y", "!x", "~",
		"*", "%s", "&", "Accept-Encoding", "Cookie", webhook.SignatureHeader, "Authorization",
	})
}

// header returns headers that net/http accepts or, if wild is set, those that only a handmade recording can contain.
func (n hostile) header(wild bool) webhook.Header {
	var h webhook.Header
	for range n.IntN(6) {
		f := webhook.Field{Name: n.token(), Value: n.text(4)}
		if wild && n.IntN(3) == 0 {
			f.Name = n.text(3)
		}
		if !wild {
			f.Value = strings.Trim(string(slices.DeleteFunc([]byte(f.Value), isControl)), " \t")
		}
		h = append(h, f)
	}
	return h
}

// isControl reports whether net/http refuses c in a header value.
func isControl(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f }

// moment returns a time with the precision of the log.
func (n hostile) moment() time.Time {
	if n.IntN(20) == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n.Int64N(4_000_000_000_000)).UTC()
}

func (n hostile) id() webhook.ID {
	id, err := webhook.NewID(bytesOf(n))
	if err != nil {
		panic(err)
	}
	return id
}

type bytesOf hostile

func (b bytesOf) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b.IntN(256))
	}
	return len(p), nil
}

func (n hostile) duration() time.Duration {
	return time.Duration(n.pickInt(0, 1, 999, 1000, 1_000_001, n.Int64N(int64(time.Hour))))
}

func (n hostile) pickInt(of ...int64) int64 { return of[n.IntN(len(of))] }

func (n hostile) attempt(number int, wild bool) webhook.Attempt {
	a := webhook.Attempt{
		N: number, Target: "http://localhost:3000/" + strings.Trim(n.pick([]string{"", "a", "[1-9]", "../x", "a?b={a,b}&c=$(touch%20pwned)"}), " "),
		StartedAt: n.moment(), Duration: n.duration(), Connect: n.duration(), FirstByte: n.duration(),
	}
	if n.IntN(3) == 0 {
		a.Failure, a.Error = webhook.FailureRefused, n.text(4)
	} else {
		a.Code = 100 + n.IntN(500)
		a.Header, a.Response = n.header(wild), []byte(n.text(8))
		if n.IntN(3) == 0 { // net/http accepts more in a response than in a request
			a.Header = append(a.Header, webhook.Field{Name: "Set-Cookie of\xff", Value: strings.ReplaceAll(n.text(4), "\n", "")})
		}
		a.ResponseBytes = int64(len(a.Response))
		if n.IntN(3) == 0 {
			a.ResponseBytes, a.ResponseTruncated = a.ResponseBytes+n.Int64N(1000)+1, true
		}
	}
	if wild && n.IntN(2) == 0 {
		a.Target = n.text(5)
	}
	return a
}

// delivery returns a delivery that a log can contain, with consistent fields.
func (n hostile) delivery(wild bool) webhook.Delivery {
	d := n.deliveryTo(wild)
	if n.IntN(2) == 0 {
		d.Method, d.Rest = "POST", n.pick([]string{"", "/", "/order/42", "/a%2Fb//[1-9]{a,b};c", "/$(touch%20pwned)|`x`\"'<>^", "/\xff\u00e4\u202e"})
		d.Path = "/hooks" + d.Rest
		d.Query = n.pick([]string{"", "a=1&b", "token=a%2Bb&x={y}", "$HOME=`id`;sig='1'&&", "\xff=!1", "token=(masked)"})
		d.Host = n.pick([]string{"", "shop.test", "[::1]:80"})
		d.Probe, d.ExpectedStatus, d.Met = n.IntN(2) == 0, n.pick([]string{"", "4xx"}), n.IntN(2) == 0
	}
	if strings.HasPrefix(d.Query, "token=(") {
		d.MaskedQuery = []string{"token"}
	}
	return d
}

// calledURL returns the URL that a delivery requests at a target, as passed to a tool.
func calledURL(d webhook.Delivery, target string) string {
	var b strings.Builder
	for _, c := range []byte(webhook.RequestURL(target, d.Rest, webhook.WithoutParameters(d.Query, d.MaskedQuery))) {
		if c > '~' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// deliveryTo returns a delivery without a path or query beyond those of its target.
func (n hostile) deliveryTo(wild bool) webhook.Delivery {
	d := webhook.Delivery{Header: n.header(wild), Body: []byte(n.text(12))}
	d.ID, d.ReceivedAt, d.BodyBytes = n.id(), n.moment(), int64(len(d.Body))
	d.Origin = webhook.Origin(n.pick([]string{"tunnel", "local", "trigger", "replay", "emulator"}))
	d.Verdict = webhook.Verdict(n.pick([]string{"valid", "invalid", "missing", "malformed", "unchecked"}))
	d.Session, d.Event, d.About, d.SecretHint = n.text(2), n.text(3), n.text(3), n.pick([]string{"", "whsec_…abcd"})
	for _, link := range []*webhook.ID{&d.ReplayOf, &d.ResolvedBy, &d.SameBodyAs} {
		if n.IntN(4) == 0 {
			*link = n.id()
		}
	}
	for i := range n.IntN(4) {
		d.History = append(d.History, n.attempt(i+1, wild))
	}
	d.Status = webhook.StatusOf(d.History)
	if len(d.History) == 0 {
		d.Status = webhook.Status(n.pick([]string{"pending", "rejected", "skipped"}))
		return d
	}
	last := webhook.Deciding(d.History)
	d.Attempts, d.Target, d.Code, d.Duration, d.Failure = len(d.History), last.Target, last.Code, last.Duration, last.Failure
	return d
}

// json returns a random value.
func (n hostile) json(depth int) string {
	var b strings.Builder
	switch kind := n.IntN(6); {
	case kind < 2 && depth > 0:
		b.WriteString("{")
		for i := range n.IntN(4) {
			b.WriteString(strings.Repeat(",", min(i, 1)) + n.jsonString() + ":" + n.json(depth-1))
		}
		b.WriteString("}")
	case kind == 2 && depth > 0:
		b.WriteString("[")
		for i := range n.IntN(4) {
			b.WriteString(strings.Repeat(",", min(i, 1)) + n.json(depth-1))
		}
		b.WriteString("]")
	case kind == 3:
		return n.pick([]string{"0", "-1", "1.0", "1e400", "12345678901234567890", "true", "false", "null"})
	default:
		return n.jsonString()
	}
	return b.String()
}

func (n hostile) jsonString() string {
	b, err := json.Marshal(n.text(2))
	if err != nil {
		panic(err)
	}
	return string(b)
}
