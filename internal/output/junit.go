package output

import (
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// TestSuite is a report in JUnit's XML format. It uses only the fields that GitLab, Jenkins and GitHub actions all
// read.
type TestSuite struct {
	Name    string
	Started time.Time
	Took    time.Duration
	Cases   iter.Seq[TestCase] // JUnit iterates twice, so both iterations must yield the same cases
}

// TestCase is one test of a suite.
type TestCase struct {
	Class   string
	Name    string
	Took    time.Duration
	Failure *TestFailure // nil if the test passed
	Skipped string       // why the test did not run; empty: it did
}

// TestFailure describes why a test failed.
type TestFailure struct {
	Kind    string // a code for programs, for example refused
	Message string // one line
	Text    string // details
	Errored bool   // the test could not run: an error in JUnit's terms, not a failure
}

// JUnit writes a suite as JUnit XML. Duplicate names get a number, because GitLab shows only one test per name.
// Characters that XML does not allow (for example the escape sequences of a colored error page) are written as a
// terminal shows them.
func JUnit(w io.Writer, s TestSuite) error {
	head := xmlSuite{Name: xmlText(s.Name), Time: xmlSeconds(s.Took), Timestamp: s.Started.UTC().Format("2006-01-02T15:04:05")}
	for c := range s.Cases {
		head.Tests++
		switch {
		case c.Skipped != "":
			head.Skipped++
		case c.Failure == nil:
		case c.Failure.Errored:
			head.Errors++
		default:
			head.Failures++
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	all := xml.StartElement{Name: xml.Name{Local: "testsuites"}}
	suite := xml.StartElement{Name: xml.Name{Local: "testsuite"}, Attr: head.attributes()}
	err := enc.EncodeToken(all)
	if err == nil {
		err = enc.EncodeToken(suite)
	}
	seen := map[string]int{}
	for c := range s.Cases {
		if err == nil {
			err = enc.Encode(xmlCaseOf(c, seen))
		}
	}
	for _, end := range []xml.Token{suite.End(), all.End()} {
		if err == nil {
			err = enc.EncodeToken(end)
		}
	}
	if err == nil {
		err = enc.Close()
	}
	if err == nil {
		_, err = io.WriteString(w, "\n")
	}
	return err
}

type xmlSuite struct {
	Name                    string
	Tests, Failures, Errors int
	Skipped                 int
	Time, Timestamp         string
}

func (s xmlSuite) attributes() []xml.Attr {
	at := func(name string, value any) xml.Attr {
		return xml.Attr{Name: xml.Name{Local: name}, Value: fmt.Sprint(value)}
	}
	return []xml.Attr{
		at("name", s.Name), at("tests", s.Tests), at("failures", s.Failures), at("errors", s.Errors), at("skipped", s.Skipped),
		at("time", s.Time), at("timestamp", s.Timestamp),
	}
}

type xmlCase struct {
	XMLName xml.Name    `xml:"testcase"`
	Class   string      `xml:"classname,attr"`
	Name    string      `xml:"name,attr"`
	Time    string      `xml:"time,attr"`
	Failure *xmlFailure `xml:"failure"`
	Error   *xmlFailure `xml:"error"`
	Skipped *xmlSkipped `xml:"skipped"`
}

type xmlSkipped struct {
	Message string `xml:"message,attr"`
}

type xmlFailure struct {
	Message string `xml:"message,attr"`
	Kind    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

func xmlCaseOf(c TestCase, seen map[string]int) xmlCase {
	out := xmlCase{Class: xmlText(c.Class), Name: xmlText(c.Name), Time: xmlSeconds(c.Took)}
	out.Name = unused(out.Class, out.Name, seen)
	if c.Skipped != "" {
		out.Skipped = &xmlSkipped{xmlText(c.Skipped)}
		return out
	}
	if c.Failure == nil {
		return out
	}
	f := &xmlFailure{xmlText(c.Failure.Message), xmlText(c.Failure.Kind), xmlText(c.Failure.Text)}
	if c.Failure.Errored {
		out.Error = f
	} else {
		out.Failure = f
	}
	return out
}

// unused returns the name, with a number added if the class already has a test with that name.
func unused(class, name string, seen map[string]int) string {
	key := func(name string) string { return class + "\x00" + name }
	for free := name; ; free = fmt.Sprintf("%s (%d)", name, seen[key(name)]) {
		if seen[key(free)]++; seen[key(free)] == 1 {
			return free
		}
		if free != name {
			seen[key(name)]++
		}
	}
}

func xmlSeconds(d time.Duration) string { return fmt.Sprintf("%.6f", d.Seconds()) }

// xmlText cleans text as for a terminal, because CI systems show reports on pages and in logs. Cleaning removes all
// characters that XML 1.0 forbids even as escapes (XML 1.0, 2.2: Char).
func xmlText(s string) string {
	return display.CleanLines(strings.NewReplacer("\r\n", "\n", "\t", "    ").Replace(s))
}
