package output_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
)

func TestJUnitIsReadableForCISystems(t *testing.T) {
	t.Parallel()
	cases := []output.TestCase{
		{Class: "vidiking trigger", Name: "render.complete 1", Took: 1234567 * time.Nanosecond},
		{Class: "vidiking trigger", Name: "render.complete 1", Took: time.Second, Failure: &output.TestFailure{
			Kind: "refused", Message: "expected 200, got \"401\" <&>\nwith a line", Text: "\x1b[31m]]> red \x00\x0b\xff\ufffe end\ttab",
		}},
		{Class: "vidiking trigger", Name: "render.complete 1 (2)"},
		{Class: "vidiking trigger", Name: "render.complete 1 (4)"},
		{Class: "vidiking trigger", Name: "render.complete 1"},
		{Class: "vidiking trigger", Name: "render.complete 1"},
		{Class: "another", Name: "render.complete 1", Failure: &output.TestFailure{Kind: "not_taken", Message: "listen does not answer", Errored: true}},
	}
	suite := output.TestSuite{
		Name: "vidiking trigger render.complete", Started: time.Date(2026, 3, 2, 14, 0, 0, 0, time.FixedZone("CET", 3600)), Took: 90 * time.Second,
		Cases: slices.Values(cases),
	}
	var b bytes.Buffer
	if err := output.JUnit(&b, suite); err != nil {
		t.Fatal(err)
	}
	golden(t, "junit.xml", b.String())

	seen := map[string]bool{}
	names := 0
	for dec := xml.NewDecoder(&b); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not valid XML: %v", err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "testcase" {
			names++
			seen[start.Attr[0].Value+"/"+start.Attr[1].Value] = true
		}
	}
	if names != 7 || len(seen) != 7 {
		t.Errorf("got %d tests with %d names, want 7 of each: %v", names, len(seen), seen)
	}
}

func TestJUnitWithoutTests(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := output.JUnit(&b, output.TestSuite{Name: "none", Cases: slices.Values([]output.TestCase{})}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `<testsuite name="none" tests="0" failures="0"`) {
		t.Errorf("got %s", b.String())
	}
}

func TestJUnitReturnsWriteErrors(t *testing.T) {
	t.Parallel()
	err := output.JUnit(&closing{}, output.TestSuite{Name: "x", Cases: slices.Values([]output.TestCase{{Name: "a"}})})
	if !errors.Is(err, errClosed) {
		t.Errorf("got %v, want %v", err, errClosed)
	}
}

// FuzzJUnit checks that a report is valid XML with the text that a terminal shows, for any response of a handler.
func FuzzJUnit(f *testing.F) {
	for _, s := range []string{"", "\x1b[31mred\x00", "]]>", "<a>&amp;", "\xff\xfe", "\ufffe\uffff", "a\r\nb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		suite := output.TestSuite{Name: s, Cases: slices.Values([]output.TestCase{{Class: s, Name: s, Failure: &output.TestFailure{Kind: s, Message: s, Text: s}}})}
		if err := output.JUnit(&b, suite); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Suite struct {
				Case struct {
					Name    string `xml:"name,attr"`
					Failure string `xml:"failure"`
				} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatalf("%q: %v in\n%s", s, err, b.String())
		}
		want := display.CleanLines(strings.NewReplacer("\r\n", "\n", "\t", "    ").Replace(s))
		if diff := cmp.Diff([]string{want, want}, []string{got.Suite.Case.Name, got.Suite.Case.Failure}); diff != "" {
			t.Errorf("%q (-want +got):\n%s", s, diff)
		}
	})
}
