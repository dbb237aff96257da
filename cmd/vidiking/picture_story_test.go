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

// everyday is what the two terminals of the story showed, with everything made the same that differs from run to run.
type everyday struct {
	listen     []row
	transcript string
}

// everydaySecret ends as the secrets of docs do.
const everydaySecret = "whsec_of_the_everyday_story_Kq7T"

// tellEveryday runs listen in a terminal, and the commands of every day in another: a job's events, one that the handler refuses for want of
// care, the same again once it is mended, and the log.
func tellEveryday(t *testing.T) everyday {
	t.Helper()
	var mended atomic.Bool
	mended.Store(true)
	handler := httptest.NewServer(everydayHandler(&mended))
	defer handler.Close()
	address, err := url.Parse(handler.URL)
	if err != nil {
		t.Fatal(err)
	}

	w := newWorld(t)
	w.env = []string{"VIDIKING_DATA_DIR=", "VIDIKING_WEBHOOK_SECRET=" + everydaySecret}
	forward := "localhost:" + address.Port()
	listen := w.sit(t, 80, 40, "listen", "--forward", forward, "--addr", "127.0.0.1:0")
	listen.shows("vidiking trigger render.complete")

	s := settler{seen: map[string]string{}}
	var transcript []string
	types := func(code, deliveries int, args ...string) {
		x := w.sit(t, 80, 40, args...)
		x.leaves(code)
		listen.until(fmt.Sprintf("listen shows %d deliveries", deliveries), func() bool { return answered(listen.rows()) == deliveries })
		s.settle(listen.rows()) // which names deliveries by the order in which they came
		transcript = append(transcript, "$ vidiking "+strings.Join(args, " "))
		for _, r := range s.settle(x.rows()) {
			transcript = append(transcript, r.text())
		}
		transcript = append(transcript, "")
	}
	types(0, 3, "trigger", "render")
	mended.Store(false)
	types(3, 4, "trigger", "render.complete")
	mended.Store(true)
	transcript = append(transcript, "$ # mend the handler, then")
	types(0, 5, "replay", "last")
	types(0, 5, "webhooks", "list")

	typed := styledRow("$ vidiking listen --forward localhost:3000")
	return everyday{
		listen:     append([]row{typed}, s.settle(listen.rows())...),
		transcript: strings.Join(transcript[:len(transcript)-1], "\n") + "\n",
	}
}

// answered counts the rows of deliveries that have their answer.
func answered(rows []row) int {
	n := 0
	for _, r := range rows {
		if regexp.MustCompile(`  dlv_\w+$`).MatchString(r.text()) && !r.waits() {
			n++
		}
	}
	return n
}

// everydayHandler refuses what is signed rightly until it is mended: it compares with the bare hex, as the samples of Vidiking's
// documentation do.
func everydayHandler(mended *atomic.Bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		style := signature.StyleBare
		if mended.Load() {
			style = signature.StylePrefixed
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get(webhook.SignatureHeader) != signature.Sign(webhook.SecretFrom(everydaySecret), body, style) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"invalid signature"}`)
		}
	}
}

// A row of a terminal, cell by cell.
type row []cell

type cell struct{ content, style string }

func styledRow(text string) row {
	var r row
	for _, c := range text {
		r = append(r, cell{content: string(c)})
	}
	return r
}

// plain is how a cell without a style says so, where a blank one says nothing.
const plain = "\x1b[m"

// rows are those of the screen, without what is empty at their ends and below the last.
func (x *typist) rows() []row {
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

// waits reports whether it is the row that comes first where an answer takes half a second, as on a busy machine.
func (r row) waits() bool {
	return strings.Contains(r.text(), " · ") && strings.Contains(r.text(), " waiting ")
}

// A stretch is a piece of a row in one style.
type stretch struct {
	column      int
	text, style string
}

// stretches are the pieces of a row. Two spaces end one, so that columns begin where they should.
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

// settler replaces what differs from run to run with what is always the same, the same thing by the same thing.
type settler struct{ seen map[string]string }

// What the deliveries of the story become, in their order.
var settled = []struct{ id, time, took string }{
	{"dlv_3fh8w0", "14:02:07", "9 ms"},
	{"dlv_c47nq5", "14:02:07", "6 ms"},
	{"dlv_8kx4m2", "14:02:08", "12 ms"},
	{"dlv_a61tzr", "14:02:31", "7 ms"},
	{"dlv_q8w2ne", "14:03:58", "11 ms"},
}

func (s settler) settle(rows []row) []row {
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

// name gives what was seen the name that it has, or the next of its kind.
func (s settler) name(seen, kind string, next func(n int) string) string {
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

// replace replaces what a pattern finds in a row; a cell keeps its style.
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
