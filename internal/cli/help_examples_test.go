package cli

import (
	"strings"
	"testing"
)

// runElsewhere names the tests that run those examples of help that no story can run and no page shows.
var runElsewhere = map[string]string{
	"watch to": "TestEditingOnTheScreenSendsTheSavedBodyWithANewSignature", // it needs a terminal
}

// A story runs each example, or the mark on a page or this table names the test that runs it.
func TestEveryExampleInHelpIsRun(t *testing.T) {
	t.Parallel()
	run, tests := storied(t), testsByName(t)
	for _, c := range documented(t) {
		if by, ok := strings.CutPrefix(c.mark, "run by: "); ok && runsWith(tests[by], c.invocation) {
			run[c.invocation.bare()] = true
		}
	}
	looked := 0
	for _, p := range pages() {
		for _, example := range p.examples() {
			for _, command := range commandsIn(example) {
				looked++
				in, err := invocationOf(strings.TrimPrefix(command, "vidiking"))
				if err != nil {
					t.Errorf("the help of %q: %s: %v", p.name, command, err)
					continue
				}
				by, named := runElsewhere[in.bare()]
				switch {
				case named && run[in.bare()]:
					t.Errorf("the help of %q: %s: it is run, so it needs no entry in runElsewhere", p.name, command)
				case named && !runsWith(tests[by], in):
					t.Errorf("the help of %q: %s: there is no test %s that has all of its flags", p.name, command, by)
				case !named && !run[in.bare()]:
					t.Errorf("the help of %q: %s: no story in cmd/vidiking/testdata/script runs vidiking with these flags: %s", p.name, command, in)
				}
			}
		}
	}
	if looked < 60 {
		t.Errorf("only %d examples looked at: the test looks in the wrong place", looked)
	}
}

// examples returns the example commands of a page.
func (p page) examples() []string {
	var all []string
	for _, s := range p.sections {
		if s.kind == sectionExamples {
			all = append(all, s.lines...)
		}
	}
	return all
}
