package output_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/conformance"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// hostile is a result in which everything from outside is markup, Markdown or a terminal sequence.
func hostile() output.Battery {
	const text = "<script>alert('x')</script>|`*\x1b[31m\r\n::error::\"&"
	attempt := webhook.Attempt{Code: 200, Response: []byte(text), Header: webhook.Header{{Name: "Content-Type", Value: "text/plain"}}}
	r := conformance.Result{Case: conformance.Cases()[0], Verdict: conformance.Fail, Message: "accepts " + text, Notes: []string{text}}
	r.Exchanges = []conformance.Exchange{{Name: text, Expected: text, Request: conformance.Request{Body: []byte(text)}, Response: conformance.Response{Attempt: attempt}}}
	return output.Battery{Report: conformance.Report{Results: []conformance.Result{r}, Findings: []webhook.Finding{{Cause: text}}}, Target: text, Recipe: []string{text}}
}

func TestOutsideTextIsHarmlessInThePageOfATest(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	if err := output.BatteryPage(&page, hostile()); err != nil {
		t.Fatal(err)
	}
	if got := page.String(); strings.Contains(got, "<script") || strings.Contains(got, "\x1b") || !strings.Contains(got, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;") {
		t.Errorf("got %s", got)
	}
}

func TestOutsideTextIsHarmlessInTheAnnotationsOfATest(t *testing.T) {
	t.Parallel()
	var log, summary strings.Builder
	g := &output.GitHub{Log: &log, Summary: func(text string) error { _, err := summary.WriteString(text); return err }}
	g.Battery(hostile())
	if strings.Count(log.String(), "\n") != 1 || !strings.HasPrefix(log.String(), "::error title=base.valid::The handler accepts ") {
		t.Errorf("got the annotations %q, want one", log.String())
	}
	if strings.Contains(summary.String(), "<script") || strings.Contains(summary.String(), "\x1b") {
		t.Errorf("got the summary %s", summary.String())
	}
}

func TestNoReportOfATestShowsTheSecret(t *testing.T) {
	t.Parallel()
	const secret = "whsec_a1B2c3D4e5F6a7B8"
	b := hostile()
	b.Secret = webhook.SecretFrom(secret)
	b.Results[0].Exchanges[0].Attempt.Response = []byte(secret + " is not the key")
	var all strings.Builder
	for _, format := range []output.Format{output.FormatText, output.FormatJSON} {
		if err := output.PrintBattery(output.Options{Stdout: &all, Stderr: &all, Format: format, Verbose: true}, b); err != nil {
			t.Fatal(err)
		}
	}
	g := &output.GitHub{Log: &all, Summary: func(text string) error { _, err := all.WriteString(text); return err }}
	g.Battery(b)
	if err := output.BatteryPage(&all, b); err != nil {
		t.Fatal(err)
	}
	if err := output.JUnit(&all, b.TestSuite()); err != nil {
		t.Fatal(err)
	}
	if got := all.String(); strings.Contains(got, secret) || strings.Count(got, "is not the key") < 5 {
		t.Errorf("got %s", got)
	}
}

func TestTheBaselineIsWhatFailedInAnEarlierReport(t *testing.T) {
	t.Parallel()
	var report bytes.Buffer
	if err := output.PrintBattery(output.Options{Stdout: &report, Format: output.FormatJSON}, hostile()); err != nil {
		t.Fatal(err)
	}
	if got, err := output.ReadBaseline(&report); err != nil || !slices.Equal(got, []string{"base.valid"}) {
		t.Errorf("got %v, %v, want base.valid", got, err)
	}
}

func FuzzReadBaseline(f *testing.F) {
	f.Add(`{"v":1,"type":"case","id":"sig.missing","verdict":"fail"}` + "\n" + `{"v":1,"type":"test"}`)
	f.Add("[]\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := output.ReadBaseline(strings.NewReader(text))
		if err != nil && got != nil {
			t.Errorf("%q: got both %v and %v", text, got, err)
		}
	})
}
