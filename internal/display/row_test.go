package display

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// transcript is the output of vidiking webhooks list on a terminal.
const transcript = `
time         event              about           status         took  id
14:02:07   ✓ render.queued      job_5tq8wd      200            9 ms  dlv_3fh8w0
14:02:07   ✓ render.processing  job_5tq8wd      200            6 ms  dlv_c47nq5
14:02:08   ✓ render.complete    job_5tq8wd      200           12 ms  dlv_8kx4m2
14:02:31   ✗ render.complete    job_9bn2ze      401 refused    7 ms  dlv_a61tzr
14:03:10   ! wallet.low_balance balance 312     unreachable     ↻ ✓  dlv_w5e0pj
14:03:12   ! render.complete    job_h2xk7c      unreachable     ↻ ✓  dlv_0qm9vd
14:03:58 ↻ ✓ wallet.low_balance balance 312     200            8 ms  dlv_x7r3kn
14:03:58 ↻ ✓ render.complete    job_h2xk7c      200           11 ms  dlv_mz41fs
`

// logged returns the deliveries of that list.
func logged(t *testing.T) []webhook.Summary {
	t.Helper()
	delivered := func(clock, event, about string, d time.Duration, id, parent webhook.ID) webhook.Summary {
		return webhook.Summary{
			ID: id, ReceivedAt: at(t, clock), Event: event, About: about, Status: webhook.StatusDelivered, Origin: webhook.OriginTrigger,
			Verdict: webhook.VerdictValid, BodyBytes: 221, Code: 200, Duration: d, Attempts: 1, ReplayOf: parent,
		}
	}
	failed := func(clock, event, about string, code int, d time.Duration, id, resolvedBy webhook.ID) webhook.Summary {
		s := delivered(clock, event, about, d, id, "")
		s.Code, s.Status, s.ResolvedBy = code, webhook.StatusRefused, resolvedBy
		if code == 0 {
			s.Status, s.Failure = webhook.StatusUnreachable, webhook.FailureRefused
		}
		return s
	}
	return []webhook.Summary{
		delivered("14:02:07", "render.queued", "job_5tq8wd", 9*ms, "dlv_3fh8w0aaaa", ""),
		delivered("14:02:07", "render.processing", "job_5tq8wd", 6*ms, "dlv_c47nq5aaaa", ""),
		delivered("14:02:08", "render.complete", "job_5tq8wd", 12*ms, "dlv_8kx4m2aaaa", ""),
		failed("14:02:31", "render.complete", "job_9bn2ze", 401, 7*ms, "dlv_a61tzr5x0k", ""),
		failed("14:03:10", "wallet.low_balance", "balance 312", 0, 1*ms, "dlv_w5e0pjaaaa", "dlv_x7r3knaaaa"),
		failed("14:03:12", "render.complete", "job_h2xk7c", 0, 1*ms, "dlv_0qm9vdaaaa", "dlv_mz41fsaaaa"),
		delivered("14:03:58", "wallet.low_balance", "balance 312", 8*ms, "dlv_x7r3knaaaa", "dlv_w5e0pjaaaa"),
		delivered("14:03:58", "render.complete", "job_h2xk7c", 11*ms, "dlv_mz41fsaaaa", "dlv_0qm9vdaaaa"),
	}
}

func table79(rows []webhook.Summary, st Style) []Line {
	lines := []Line{Head(st)}
	for _, s := range rows {
		lines = append(lines, Row(s, st))
	}
	return lines
}

func TestRowsMatchTheTranscript(t *testing.T) {
	got := "\n" + text(table79(logged(t), terminal()))
	if diff := cmp.Diff(transcript, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHeadIsDim(t *testing.T) {
	want := "{dim time}         {dim event}              {dim about}                     {dim status}         {dim took}  {dim id}          " +
		"{dim origin}       {dim size}  {dim attempts}"
	if got := marked(Head(wide(119))); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestStatusText(t *testing.T) {
	for _, tc := range []struct {
		s    webhook.Summary
		want string
	}{
		{webhook.Summary{Status: webhook.StatusDelivered, Code: 200}, "200"},
		{webhook.Summary{Status: webhook.StatusDelivered, Code: 299}, "299"},
		{webhook.Summary{Status: webhook.StatusDelivered, Code: 300}, "delivered"},
		{webhook.Summary{Status: webhook.StatusDelivered}, "delivered"},
		{webhook.Summary{Status: webhook.StatusRefused, Code: 300}, "300 refused"},
		{webhook.Summary{Status: webhook.StatusRefused, Code: 199}, "199 refused"},
		{webhook.Summary{Status: webhook.StatusRefused, Code: 200}, "refused"},
		{webhook.Summary{Status: webhook.StatusRefused}, "refused"},
		{webhook.Summary{Status: webhook.StatusUnreachable, Code: 200}, "unreachable"},
		{webhook.Summary{Status: webhook.StatusTimedOut}, "timed out"},
		{webhook.Summary{Status: webhook.StatusPending}, "waiting"},
		{webhook.Summary{Status: "from\x1b_elsewhere"}, "from␛ elsewhere"},
	} {
		if got := StatusText(tc.s); got != tc.want {
			t.Errorf("status %q, code %d: got %q, want %q", tc.s.Status, tc.s.Code, got, tc.want)
		}
	}
}

func TestTookIsEmptyWithoutAnAttempt(t *testing.T) {
	for name, tc := range map[string]struct {
		attempts int
		d        time.Duration
		want     string
	}{
		"no attempt":               {0, 0, "14:02:07   ✓ render.queued      job_5tq8wd      200                  dlv_3fh8w0"},
		"an attempt without time":  {1, 0, "14:02:07   ✓ render.queued      job_5tq8wd      200            0 ms  dlv_3fh8w0"},
		"a time, attempts unknown": {0, 9 * ms, "14:02:07   ✓ render.queued      job_5tq8wd      200            9 ms  dlv_3fh8w0"},
	} {
		s := logged(t)[0]
		s.Attempts, s.Duration = tc.attempts, tc.d
		if got := Row(s, terminal()).String(); got != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, tc.want)
		}
	}
}

func TestRowsAre79CellsWide(t *testing.T) {
	for _, l := range table79(logged(t), terminal())[1:] {
		if l.Width() != rowCells {
			t.Errorf("%q is %d cells wide, want %d", l, l.Width(), rowCells)
		}
	}
}

func TestRowsOfEveryStatus(t *testing.T) {
	base := logged(t)[2]
	with := func(change func(*webhook.Summary)) webhook.Summary {
		s := base
		change(&s)
		return s
	}
	none := func(status webhook.Status) webhook.Summary {
		return with(func(s *webhook.Summary) { s.Status, s.Code, s.Duration, s.Attempts = status, 0, 0, 0 })
	}
	for name, tc := range map[string]struct {
		s           webhook.Summary
		want, ascii string
	}{
		"delivered": {
			base,
			"{dim 14:02:08}   {good ✓} render.complete    job_5tq8wd      {good 200}           12 ms  {dim dlv_8kx4m2}",
			"14:02:08   + render.complete    job_5tq8wd      200           12 ms  dlv_8kx4m2",
		},
		"delivered, another 2xx": {
			with(func(s *webhook.Summary) { s.Code = 204 }),
			"{dim 14:02:08}   {good ✓} render.complete    job_5tq8wd      {good 204}           12 ms  {dim dlv_8kx4m2}",
			"14:02:08   + render.complete    job_5tq8wd      204           12 ms  dlv_8kx4m2",
		},
		"refused": {
			with(func(s *webhook.Summary) { s.Status, s.Code = webhook.StatusRefused, 500 }),
			"{dim 14:02:08}   {caution ✗} render.complete    job_5tq8wd      {caution 500 refused}   12 ms  {dim dlv_8kx4m2}",
			"14:02:08   x render.complete    job_5tq8wd      500 refused   12 ms  dlv_8kx4m2",
		},
		"refused by one target, taken by the other": {
			with(func(s *webhook.Summary) { s.Status = webhook.StatusRefused }),
			"{dim 14:02:08}   {caution ✗} render.complete    job_5tq8wd      {caution refused}       12 ms  {dim dlv_8kx4m2}",
			"14:02:08   x render.complete    job_5tq8wd      refused       12 ms  dlv_8kx4m2",
		},
		"unreachable": {
			with(func(s *webhook.Summary) { s.Status, s.Code = webhook.StatusUnreachable, 0 }),
			"{dim 14:02:08}   {bad !} render.complete    job_5tq8wd      {bad unreachable}          {dim dlv_8kx4m2}",
			"14:02:08   ! render.complete    job_5tq8wd      unreachable          dlv_8kx4m2",
		},
		"timed out": {
			with(func(s *webhook.Summary) { s.Status, s.Code, s.Duration = webhook.StatusTimedOut, 0, 10*time.Second }),
			"{dim 14:02:08}   {bad !} render.complete    job_5tq8wd      {bad timed out}    {caution 10.0 s}  {dim dlv_8kx4m2}",
			"14:02:08   ! render.complete    job_5tq8wd      timed out    10.0 s  dlv_8kx4m2",
		},
		"rejected": {
			none(webhook.StatusRejected),
			"{dim 14:02:08}   {bad ⊘} render.complete    job_5tq8wd      {bad rejected}             {dim dlv_8kx4m2}",
			"14:02:08   # render.complete    job_5tq8wd      rejected             dlv_8kx4m2",
		},
		"skipped": {
			none(webhook.StatusSkipped),
			"{dim 14:02:08}   {dim –} render.complete    job_5tq8wd      {dim skipped}              {dim dlv_8kx4m2}",
			"14:02:08   - render.complete    job_5tq8wd      skipped              dlv_8kx4m2",
		},
		"pending": {
			none(webhook.StatusPending),
			"{dim 14:02:08}   {dim ·} render.complete    job_5tq8wd      {dim waiting}              {dim dlv_8kx4m2}",
			"14:02:08   . render.complete    job_5tq8wd      waiting              dlv_8kx4m2",
		},
		"a replay": {
			with(func(s *webhook.Summary) { s.ReplayOf = "dlv_0qm9vdaaaa" }),
			"{dim 14:02:08} {dim ↻} {good ✓} render.complete    job_5tq8wd      {good 200}           12 ms  {dim dlv_8kx4m2}",
			"14:02:08 * + render.complete    job_5tq8wd      200           12 ms  dlv_8kx4m2",
		},
		"bytes that came before": {
			with(func(s *webhook.Summary) { s.SameBodyAs = "dlv_0qm9vdaaaa" }),
			"{dim 14:02:08} {dim ↻} {good ✓} render.complete    job_5tq8wd      {good 200}           12 ms  {dim dlv_8kx4m2}",
			"14:02:08 * + render.complete    job_5tq8wd      200           12 ms  dlv_8kx4m2",
		},
		"resolved": {
			with(func(s *webhook.Summary) {
				s.Status, s.Code, s.ResolvedBy = webhook.StatusRefused, 401, "dlv_j4hq8eaaaa"
			}),
			"{dim 14:02:08}   {caution ✗} render.complete    job_5tq8wd      {caution 401 refused}     {dim ↻} {good ✓}  {dim dlv_8kx4m2}",
			"14:02:08   x render.complete    job_5tq8wd      401 refused     * +  dlv_8kx4m2",
		},
		"slow, past half of the time-out": {
			with(func(s *webhook.Summary) { s.Duration = 5001 * ms }),
			"{dim 14:02:08}   {good ✓} render.complete    job_5tq8wd      {good 200}          {caution 5.00 s}  {dim dlv_8kx4m2}",
			"14:02:08   + render.complete    job_5tq8wd      200          5.00 s  dlv_8kx4m2",
		},
		"just half of the time-out": {
			with(func(s *webhook.Summary) { s.Duration = 5 * time.Second }),
			"{dim 14:02:08}   {good ✓} render.complete    job_5tq8wd      {good 200}          5.00 s  {dim dlv_8kx4m2}",
			"14:02:08   + render.complete    job_5tq8wd      200          5.00 s  dlv_8kx4m2",
		},
		"no payload": {
			with(func(s *webhook.Summary) { s.Event, s.About = "", "" }),
			"{dim 14:02:08}   {good ✓}                                    {good 200}           12 ms  {dim dlv_8kx4m2}",
			"14:02:08   +                                    200           12 ms  dlv_8kx4m2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := marked(Row(tc.s, terminal())); got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
			if got := Row(tc.s, ascii()).String(); got != tc.ascii {
				t.Errorf("without UTF-8\n got %s\nwant %s", got, tc.ascii)
			}
		})
	}
}

func TestTookIsNotYellowWithoutATimeout(t *testing.T) {
	st := terminal()
	st.Timeout = 0
	s := took(logged(t)[0], time.Hour)
	if got, want := marked(Row(s, st)), "{dim 14:02:07}   {good ✓} render.queued      job_5tq8wd      {good 200}           1.0 h  {dim dlv_3fh8w0}"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestWaitingRow(t *testing.T) {
	s := webhook.Summary{
		ID: "dlv_k0s4xgaaaa", ReceivedAt: at(t, "14:05:20"), Event: "render.complete", About: "job_e6m1tr", Status: webhook.StatusPending,
	}
	for elapsed, want := range map[time.Duration]string{
		0:               "{dim 14:05:20}   {dim ·} render.complete    job_e6m1tr      {dim waiting}              {dim dlv_k0s4xg}",
		3100 * ms:       "{dim 14:05:20}   {dim ·} render.complete    job_e6m1tr      {dim waiting}       3.1 s  {dim dlv_k0s4xg}",
		7 * time.Second: "{dim 14:05:20}   {dim ·} render.complete    job_e6m1tr      {dim waiting}       {caution 7.0 s}  {dim dlv_k0s4xg}",
	} {
		if got := marked(WaitingRow(s, elapsed, terminal())); got != want {
			t.Errorf("after %v\n got %s\nwant %s", elapsed, got, want)
		}
	}
	s.Status, s.Code, s.ResolvedBy = webhook.StatusRefused, 401, "dlv_j4hq8eaaaa" // being replayed
	if got, want := WaitingRow(s, 0, terminal()).String(), "14:05:20   · render.complete    job_e6m1tr      waiting              dlv_k0s4xg"; got != want {
		t.Errorf("replayed:\n got %s\nwant %s", got, want)
	}
}

func TestOutsideTextCannotForgeARow(t *testing.T) {
	s := logged(t)[3]
	s.Event = "render\r\n14:02:31   ✓ render.complete"
	s.About = "\x1b[2K\x1b[1G世界世界世界世界世界"
	want := "14:02:31   ✗ render␍␊1…complete ␛[2K␛[1…界世界  401 refused    7 ms  dlv_a61tzr"
	if got := Row(s, terminal()); got.String() != want || got.Width() != rowCells {
		t.Errorf("%d cells\n got %s\nwant %s", got.Width(), got, want)
	}
}

func TestTitleMatchesTheTranscript(t *testing.T) {
	rejected := webhook.Summary{ID: "dlv_r3b8hy1tz6", Event: "ai.complete", About: "img_d84wq0", Status: webhook.StatusRejected}
	for _, tc := range []struct {
		s    webhook.Summary
		st   Style
		want string
	}{
		{logged(t)[3], terminal(), "{caution ✗} render.complete  job_9bn2ze  {caution 401 refused}                       {dim dlv_a61tzr5x0k}"},
		{rejected, terminal(), "{bad ⊘} ai.complete  img_d84wq0  {bad rejected}                              {dim dlv_r3b8hy1tz6}"},
		{rejected, unbounded(), "{bad ⊘} ai.complete  img_d84wq0  {bad rejected}  {dim dlv_r3b8hy1tz6}"},
		{webhook.Summary{ID: "dlv_r3b8hy1tz6", Status: webhook.StatusPending}, wide(40), "{dim ·}  {dim waiting}               {dim dlv_r3b8hy1tz6}"},
	} {
		if got := marked(Title(tc.s, tc.st)); got != tc.want {
			t.Errorf("\n got %s\nwant %s", got, tc.want)
		}
	}
	long := logged(t)[3]
	long.Event, long.About = "an.event.that.nobody.knows.and.that.has.a.long.name", "an id that is nearly as long as ids can be where they are kept"
	want := "✗ an.event.th…a.long.name  an id t…e kept  401 refused  dlv_a61tzr5x0k"
	if got := Title(long, wide(71)); got.String() != want || got.Width() != 70 {
		t.Errorf("%d cells\n got %s\nwant %s", got.Width(), got, want)
	}
}

func TestShortIDsHaveAtLeastSixCharacters(t *testing.T) {
	for length, want := range map[int]string{0: "dlv_a61tzr", 4: "dlv_a61tzr", 8: "dlv_a61tzr5x", 10: "dlv_a61tzr5x0k", 99: "dlv_a61tzr5x0k"} {
		if got := ShortID("dlv_a61tzr5x0k", Style{IDLength: length}); got != want {
			t.Errorf("%d characters: got %q, want %q", length, got, want)
		}
	}
}

func TestRowsOfALogHaveDateAndFullIDAndAreNotTruncated(t *testing.T) {
	long := logged(t)[3]
	long.About = "job_of_a_very_long_name_indeed"
	for _, width := range []int{0, 80} {
		st := Style{UTF8: true, Width: width, Log: true}
		got := []string{Row(logged(t)[3], st).String(), Row(logged(t)[4], st).String(), Row(long, st).String()}
		want := []string{
			"2026-03-02 13:02:31   ✗ render.complete    job_9bn2ze      401 refused    7 ms  dlv_a61tzr5x0k",
			"2026-03-02 13:03:10   ! wallet.low_balance balance 312     unreachable     ↻ ✓  dlv_w5e0pjaaaa",
			"2026-03-02 13:02:31   ✗ render.complete    job_of_a_very_long_name_indeed  401 refused    7 ms  dlv_a61tzr5x0k",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("width %d (-want +got):\n%s", width, diff)
		}
	}
}
