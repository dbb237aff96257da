package sample_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// atExample is a clock at the time of the documented example, in another time zone and with a fraction of a second.
func atExample() time.Time {
	return time.Date(2025, 1, 15, 11, 30, 45, 987654321, time.FixedZone("CET", 3600))
}

// seeded is a deterministic random source.
func seeded() io.Reader { return rand.NewChaCha8([32]byte{'s', 'e', 'e', 'd'}) }

func newSource() *sample.Source { return sample.New(atExample, seeded()) }

func TestRenderCompleteMatchesTheDocumentation(t *testing.T) {
	const documented = `{"event":"render.complete","timestamp":"2025-01-15T10:30:45Z","data":{"id":"job_abc123","status":"COMPLETE",` +
		`"url":"https://cdn.vidiking.com/renders/job_abc123.mp4","duration":10.5,"credits_used":10,"wallet_balance":4510}}`
	body := mustPayload(t, newSource(), webhook.EventRenderComplete)
	id := regexp.MustCompile(`job_[0-9a-z]{6}`)
	if got := id.ReplaceAllString(string(body), "job_abc123"); got != documented {
		t.Errorf("Payload(render.complete) = %s, want it to differ from %s only in the id", body, documented)
	}
}

func TestSamplesMatchTheGoldenFile(t *testing.T) {
	var got bytes.Buffer
	source := newSource()
	for _, event := range webhook.Events() {
		got.Write(mustPayload(t, source, event.Name))
		got.WriteByte('\n')
	}
	for _, scenario := range sample.Scenarios() {
		got.WriteString("\n" + scenario.Name + ": " + scenario.Summary + "\n")
		for _, item := range mustScenario(t, source, scenario.Name) {
			got.Write(item.Body)
			got.WriteByte('\n')
		}
	}
	golden := filepath.Join("testdata", "samples.golden")
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("the samples changed; accept with -update (-want +got):\n%s", diff)
	}
}

func TestSamplesMatchNodeStringify(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skipf("node is not installed: %v", err)
	}
	var bodies bytes.Buffer
	source := sample.New(time.Now, rand.NewChaCha8([32]byte{1}))
	for range 100 {
		for _, item := range mustScenario(t, source, "all") {
			bodies.Write(item.Body)
			bodies.WriteByte('\n')
		}
	}
	const script = `const lines = require("fs").readFileSync(0, "utf8").trimEnd().split("\n");
process.stdout.write(lines.map(line => JSON.stringify(JSON.parse(line)) + "\n").join(""));`
	command := exec.Command(node, "-e", script)
	command.Stdin = bytes.NewReader(bodies.Bytes())
	out, err := command.Output()
	if err != nil {
		t.Fatalf("node: %v", err)
	}
	if diff := cmp.Diff(string(out), bodies.String()); diff != "" {
		t.Errorf("the samples are not what JSON.stringify writes (-node +sample):\n%s", diff)
	}
}

func TestSampleIsAPayloadOfItsEvent(t *testing.T) {
	source := newSource()
	for _, event := range webhook.Events() {
		body := mustPayload(t, source, event.Name)
		if got := webhook.Describe(body).Event; got != event.Name {
			t.Errorf("Describe(%s) = %q, want %q", body, got, event.Name)
		}
		p, err := jsontext.ParseObject(body)
		if err != nil || !bytes.Equal(p.Bytes(), body) {
			t.Errorf("Payload(%s) = %s, which is not compact: %v", event.Name, body, err)
		}
	}
}

func TestSamplesAreDeterministic(t *testing.T) {
	one, two := newSource(), newSource()
	for range 3 {
		drawn := map[string]bool{}
		for _, event := range webhook.Events() {
			first, again := mustPayload(t, one, event.Name), mustPayload(t, two, event.Name)
			if !bytes.Equal(first, again) {
				t.Errorf("Payload(%s) = %s, then %s with the same clock and random source", event.Name, first, again)
			}
			id := idOf(t, first)
			if id != "" && drawn[id] {
				t.Errorf("Payload(%s) = %s, whose id was used before", event.Name, first)
			}
			drawn[id] = true
		}
	}
}

func TestScenarioEventsShareAJob(t *testing.T) {
	want := map[string][]string{
		"render":         {"render.queued", "render.processing", "render.complete"},
		"render-failure": {"render.queued", "render.processing", "render.failed"},
		"ai":             {"ai.complete"},
		"ai-failure":     {"ai.failed"},
		"wallet":         {"wallet.low_balance", "wallet.deposit"},
		"all": {
			"render.queued", "render.processing", "render.complete", "render.failed",
			"ai.complete", "ai.failed", "wallet.low_balance", "wallet.deposit",
		},
	}
	// In "all", three events belong to the same job; a job that completes does not fail too.
	jobs := map[string]int{"render": 1, "render-failure": 1, "ai": 1, "ai-failure": 1, "wallet": 0, "all": 4}
	source := newSource()
	for _, info := range sample.Scenarios() {
		ids := map[string]bool{}
		var events []string
		for _, item := range mustScenario(t, source, info.Name) {
			if got := webhook.Describe(item.Body).Event; got != item.Event {
				t.Errorf("%s has %s for %s", info.Name, item.Body, item.Event)
			}
			events = append(events, item.Event)
			if id := idOf(t, item.Body); id != "" {
				ids[id] = true
			}
		}
		if !slices.Equal(events, want[info.Name]) || !slices.Equal(info.Events, want[info.Name]) {
			t.Errorf("%s has the events %q, documented as %q, want %q", info.Name, events, info.Events, want[info.Name])
		}
		if len(ids) != jobs[info.Name] {
			t.Errorf("%s has the jobs %v, want %d", info.Name, ids, jobs[info.Name])
		}
		delete(want, info.Name)
	}
	if len(want) > 0 {
		t.Errorf("Scenarios() does not contain %v", want)
	}
}

func TestScenarioTimesNeverDecrease(t *testing.T) {
	clock := atExample()
	backwards := func() time.Time {
		clock = clock.Add(-time.Hour)
		return clock
	}
	last := ""
	for _, item := range mustScenario(t, sample.New(backwards, seeded()), "all") {
		var payload struct{ Timestamp string }
		if err := json.Unmarshal(item.Body, &payload); err != nil {
			t.Fatalf("%s: %v", item.Body, err)
		}
		if _, err := time.Parse("2006-01-02T15:04:05Z", payload.Timestamp); err != nil {
			t.Errorf("%s has a timestamp that is not RFC 3339 in UTC to the second: %v", item.Body, err)
		}
		if payload.Timestamp < last {
			t.Errorf("%s is before %s", item.Body, last)
		}
		last = payload.Timestamp
	}
}

func TestIDFormatAndDistribution(t *testing.T) {
	source := newSource()
	form := regexp.MustCompile(`^(job|img)_[0-9a-z]{6}$`)
	seen, drawn := map[rune]int{}, 0
	for range 3000 {
		for _, event := range []string{webhook.EventRenderFailed, webhook.EventAIComplete} {
			id := idOf(t, mustPayload(t, source, event))
			if !form.MatchString(id) || strings.HasPrefix(id, "img_") != strings.HasPrefix(event, "ai.") {
				t.Fatalf("the id of a sample of %s is %q, want one like job_abc123 or img_abc123", event, id)
			}
			for _, r := range id[len("job_"):] {
				seen[r]++
				drawn++
			}
		}
	}
	for r, n := range seen {
		if fair := drawn / 36; n < fair*8/10 || n > fair*12/10 {
			t.Errorf("%c was drawn %d times, want about %d", r, n, fair)
		}
	}
	if len(seen) != 36 {
		t.Errorf("%d different characters were drawn, want 36", len(seen))
	}
}

func TestUnknownEventSuggestsTheClosest(t *testing.T) {
	tests := []struct{ name, near string }{
		{"render.compelte", "render.complete"},
		{"complete", "render.complete"},
		{"rendre", "render"},
		{"wallet.low", "wallet.low_balance"},
		{"render_failure", "render-failure"},
		{"render.done", ""},
		{"", ""},
	}
	source := newSource()
	for _, test := range tests {
		_, err := source.Payload(test.name)
		_, ofScenario := source.Scenario(test.name)
		for _, err := range []error{err, ofScenario} {
			var unknown *sample.UnknownEventError
			if !errors.As(err, &unknown) || unknown.Name != test.name || unknown.Closest != test.near {
				t.Errorf("sample of %q: got %+v, want an *UnknownEventError with closest %q", test.name, err, test.near)
			}
			if want := fmt.Sprintf("unknown event %q", test.name); err != nil && err.Error() != want {
				t.Errorf("sample of %q: got %q, want %q", test.name, err, want)
			}
		}
	}
	if _, err := source.Payload("render"); err == nil {
		t.Error("Payload(render) returned no error for a scenario")
	}
	if _, err := source.Scenario("render.complete"); err == nil {
		t.Error("Scenario(render.complete) returned no error for an event")
	}
}

func TestRandomSourceErrors(t *testing.T) {
	broken := errors.New("no randomness")
	source := sample.New(atExample, iotest.ErrReader(broken))
	if _, err := source.Payload(webhook.EventRenderComplete); !errors.Is(err, broken) {
		t.Errorf("Payload = %v, want %v", err, broken)
	}
	if _, err := source.Scenario("render"); !errors.Is(err, broken) {
		t.Errorf("Scenario = %v, want %v", err, broken)
	}
	if _, err := source.Payload(webhook.EventWalletDeposit); err != nil {
		t.Errorf("Payload of an event without an id = %v, want none", err)
	}
}

func mustPayload(t *testing.T, source *sample.Source, event string) []byte {
	t.Helper()
	body, err := source.Payload(event)
	if err != nil {
		t.Fatalf("Payload(%s): %v", event, err)
	}
	return body
}

func mustScenario(t *testing.T, source *sample.Source, name string) []sample.Item {
	t.Helper()
	items, err := source.Scenario(name)
	if err != nil {
		t.Fatalf("Scenario(%s): %v", name, err)
	}
	return items
}

// idOf returns the job's id in a body, or "".
func idOf(t *testing.T, body []byte) string {
	t.Helper()
	var payload struct{ Data struct{ ID string } }
	if err := json.Unmarshal(body, &payload); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return payload.Data.ID
}
