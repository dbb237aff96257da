//go:build !windows

package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// dailyUse holds the output of the story's two terminals, with fixed values for everything that differs between runs.
type dailyUse struct {
	listen     []row
	transcript string
}

// everydaySecret ends like the secrets in the docs.
const everydaySecret = "whsec_of_the_everyday_story_Kq7T"

// runDailyUse runs listen in one terminal and dailyUse commands in another: a job's events, an event that the handler refuses because of a bug,
// its replay after the fix, and the list.
func runDailyUse(t *testing.T) dailyUse {
	t.Helper()
	var fixed atomic.Bool
	fixed.Store(true)
	handler := httptest.NewServer(dailyUseHandler(&fixed))
	defer handler.Close()
	address, err := url.Parse(handler.URL)
	if err != nil {
		t.Fatal(err)
	}

	w := newTestHome(t)
	w.env = []string{"VIDIKING_DATA_DIR=", "VIDIKING_WEBHOOK_SECRET=" + everydaySecret}
	forward := "localhost:" + address.Port()
	listen := w.sit(t, 80, 40, "listen", "--forward", forward, "--addr", "127.0.0.1:0")
	listen.shows("vidiking trigger render.complete")

	s := normalizer{seen: map[string]string{}}
	var transcript []string
	types := func(code, deliveries int, args ...string) {
		x := w.sit(t, 80, 40, args...)
		x.leaves(code)
		listen.until(fmt.Sprintf("listen shows %d deliveries", deliveries), func() bool { return answered(listen.rows()) == deliveries })
		s.settle(listen.rows()) // listen's order determines the ids
		transcript = append(transcript, "$ vidiking "+strings.Join(args, " "))
		for _, r := range s.settle(x.rows()) {
			transcript = append(transcript, r.text())
		}
		transcript = append(transcript, "")
	}
	types(0, 3, "trigger", "render")
	fixed.Store(false)
	types(3, 4, "trigger", "render.complete")
	fixed.Store(true)
	transcript = append(transcript, "$ # fix the handler, then")
	types(0, 5, "replay", "last")
	types(0, 5, "webhooks", "list")

	typed := styledRow("$ vidiking listen --forward localhost:3000")
	return dailyUse{
		listen:     append([]row{typed}, s.settle(listen.rows())...),
		transcript: strings.Join(transcript[:len(transcript)-1], "\n") + "\n",
	}
}

// answered counts the rows of deliveries with a response.
func answered(rows []row) int {
	n := 0
	for _, r := range rows {
		if regexp.MustCompile(`  dlv_\w+$`).MatchString(r.text()) && !r.waits() {
			n++
		}
	}
	return n
}

// dailyUseHandler refuses valid signatures until it is fixed. It compares with bare hex, like the samples in Vidiking's
// documentation.
func dailyUseHandler(fixed *atomic.Bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		style := signature.StyleBare
		if fixed.Load() {
			style = signature.StylePrefixed
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get(webhook.SignatureHeader) != signature.Sign(webhook.SecretFrom(everydaySecret), body, style) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"invalid signature"}`)
		}
	}
}

// row is a row of a terminal, cell by cell.
type row []cell

type cell struct{ content, style string }

func styledRow(text string) row {
	var r row
	for _, c := range text {
		r = append(r, cell{content: string(c)})
	}
	return r
}

// plain is the style of a cell with text but without attributes. An empty cell has no style at all.
const plain = "\x1b[m"

// rows returns the rows of the screen, without trailing empty cells and rows.
func (x *ptySession) rows() []row {
	x.mu.Lock()
	defer x.mu.Unlock()
	var rows []row
	filled := 0
	for y := range x.screen.Height() {
		var r row
		used := 0
		for col := range x.screen.Width() {
			c := cell{content: " "}
			if on := x.screen.CellAt(col, y); on != nil && strings.TrimSpace(on.Content) != "" {
				c = cell{content: on.Content, style: strings.TrimPrefix(on.Style.String(), plain)}
				used = col + 1
			}
			r = append(r, c)
		}
		rows = append(rows, r[:used])
		if used > 0 {
			filled = y + 1
		}
	}
	return rows[:filled]
}

func (r row) text() string {
	var b strings.Builder
	for _, c := range r {
		b.WriteString(c.content)
	}
	return b.String()
}

// waits reports whether the row is the preliminary one that appears if a response takes half a second, as on a busy machine.
func (r row) waits() bool {
	return strings.Contains(r.text(), " · ") && strings.Contains(r.text(), " waiting ")
}

// stretch is a part of a row with one style.
type stretch struct {
	column      int
	text, style string
}

// stretches splits a row into parts. Two spaces end a part, so each column starts a new one.
func (r row) stretches() []stretch {
	var runs []stretch
	for col, c := range r {
		blank := c.content == " "
		last := len(runs) - 1
		if last >= 0 && (blank || c.style == runs[last].style) && !strings.HasSuffix(runs[last].text, "  ") {
			runs[last].text += c.content
			continue
		}
		if !blank {
			runs = append(runs, stretch{column: col, text: c.content, style: c.style})
		}
	}
	for i := range runs {
		runs[i].text = strings.TrimRight(runs[i].text, " ")
	}
	return runs
}

// normalizer replaces values that differ between runs with fixed ones, and equal values with equal ones.
type normalizer struct{ seen map[string]string }

// settled has the fixed values of the story's deliveries, in order.
var settled = []struct{ id, time, took string }{
	{"dlv_3fh8w0", "14:02:07", "9 ms"},
	{"dlv_c47nq5", "14:02:07", "6 ms"},
	{"dlv_8kx4m2", "14:02:08", "12 ms"},
	{"dlv_a61tzr", "14:02:31", "7 ms"},
	{"dlv_q8w2ne", "14:03:58", "11 ms"},
}

func (s normalizer) settle(rows []row) []row {
	var out []row
	for _, r := range rows {
		if r.waits() {
			continue
		}
		r = r.replace(`dlv_[0-9a-hjkmnp-tv-z]{6}`, func(id string) string {
			return s.name(id, "dlv_", func(n int) string { return settled[n].id })
		})
		r = r.replace(`(job|img)_[0-9a-z]{6}`, func(id string) string {
			return s.name(id, "job_", func(n int) string { return []string{"job_5tq8wd", "job_9bn2ze"}[n] })
		})
		r = r.replace(`127\.0\.0\.1:\d+`, func(string) string { return "127.0.0.1:4747" })
		r = r.replace(`localhost:\d+`, func(string) string { return "localhost:3000" })
		for _, d := range settled {
			if strings.HasSuffix(r.text(), d.id) {
				r = r.replace(`^\d\d:\d\d:\d\d`, func(string) string { return d.time })
				r = r.replace(` +<?\d+(\.\d+)? (µs|ms|s)  dlv_`, func(took string) string {
					return fmt.Sprintf("%*s", len([]rune(took)), d.took+"  dlv_")
				})
			}
		}
		out = append(out, r)
	}
	return out
}

// name returns the fixed value for a value, or the next one of its kind.
func (s normalizer) name(seen, kind string, next func(n int) string) string {
	if s.seen[seen] == "" {
		n := 0
		for _, name := range s.seen {
			if strings.HasPrefix(name, kind) {
				n++
			}
		}
		s.seen[seen] = next(n)
	}
	return s.seen[seen]
}

// replace replaces all matches of a pattern in a row. Cells keep their styles.
func (r row) replace(pattern string, with func(string) string) row {
	text := r.text()
	var out row
	end := 0
	for _, at := range regexp.MustCompile(pattern).FindAllStringIndex(text, -1) {
		from, to := len([]rune(text[:at[0]])), len([]rune(text[:at[1]]))
		out = append(out, r[end:from]...)
		for i, c := range []rune(with(text[at[0]:at[1]])) {
			out = append(out, cell{content: string(c), style: r[min(from+i, to-1)].style})
		}
		end = to
	}
	return append(out, r[end:]...)
}
