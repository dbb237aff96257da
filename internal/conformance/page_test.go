package conformance

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const pageHead = `# Is my handler correct?

<!-- Generated from internal/conformance: go test ./internal/conformance -run TestThePageOfCases -update -->

With your handler on port 3000 and its secret in ` + "`VIDIKING_WEBHOOK_SECRET`" + `:

` + "```sh" + `
vidiking test localhost:3000
` + "```" + `

` + "`vidiking test`" + ` sends some 140 deliveries to the handler in about a second. The report says what the handler does that a correct handler does not, shows
what was sent and what came back, and what to change. It exits with 3 if the handler does something that it must not do.

- **Every delivery is recorded** as a [probe](replay.md): ` + "`vidiking webhooks list --probes --filter about:sig.missing`" + ` lists those of a case, and
  ` + "`webhooks show`" + ` and ` + "`replay`" + ` take their ids. The log does not keep the method, the case of a header's name, chunks, and the use of connections: repeat
  these with ` + "`vidiking test TARGET CASE`" + `.
- **One case at a time:** ` + "`vidiking test localhost:3000 sig.missing`, or a pattern, `'sig.*'`" + `. ` + "`--skip`" + ` leaves cases out.
- **Acceptable refusals** are 400, 401 and 403. Choose others with ` + "`--refuse-status`" + `. A refusal with another 4xx, or with a 5xx, is a warning.
- **The events are invented.** Nothing is sent to hosts outside of this machine and private networks without ` + "`--yes`" + `.

## Verdicts

| verdict | meaning |
| --- | --- |
| pass | the handler does what it should |
| fail | it does something that it must not do |
| warn | it does something that it should not do, or the case cannot decide |
| error | the case could not be run: there was no response |
| skip | the case was left out, or does not apply |

A *must* that is not met fails; a *should* warns, and fails with ` + "`--strict`" + `. Where both ways are correct, the weight is *info*, and the report says which one the handler
takes. The score is the share of what passed: a must counts three times as much as a should.

Where a case comes from: **D** Vidiking's documentation, **W** the Standard Webhooks specification 1.0.0, **H** HTTP itself, **P** this program's own recommendation.

## Effects

A status code does not show what a handler did. Give a command or a URL that returns the number of effects so far, such as rows in your database, and the cases about
duplicates, retries and order also check that each delivery has one effect:

` + "```sh" + `
vidiking test localhost:3000 --effect-cmd 'sqlite3 app.db "SELECT count(*) FROM renders"'
vidiking test localhost:3000 --effect-url http://localhost:3000/count
` + "```" + `

The battery waits up to two seconds for an effect, because handlers respond first and work later.

## Reports

` + "```sh" + `
vidiking test localhost:3000 --junit report.xml --html report.html
` + "```" + `

` + "`--html`" + ` writes one file that loads nothing. ` + "`-o json`" + ` is [documented](json.md#case). In GitHub Actions, failures are annotations, and all cases are in the step's summary.
With ` + "`--baseline FILE`, the output of an earlier `-o json`" + `, only new failures count ([CI](ci.md)).

**Not tested:** whether the comparison takes constant time. Over a network, the usual ` + "`==`" + ` can't be told from a constant-time comparison, so a case would call it safe. Use
the constant-time comparison of your language anyway ([correct handlers](handlers.md)).

## Cases

| id | a correct handler | weight | source |
| --- | --- | --- | --- |
`

// thePage returns docs/conformance.md.
func thePage() string {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, c := range Cases() {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s | %s |\n", c.ID, strings.ReplaceAll(c.ID, ".", ""), c.Title, c.Weight, string(c.Source))
	}
	for _, c := range Cases() {
		fmt.Fprintf(&b, "\n### %s\n\nA correct handler %s. (%s, from %s)\n\n%s\n\n", c.ID, c.Title, c.Weight, c.Source, c.Why)
		fmt.Fprintf(&b, "- **sent:** %s\n- **expected:** %s\n- **fix:** %s\n", c.Sends, c.Expects, c.Fix)
	}
	return strings.NewReplacer("sha256=<hex>", "`sha256=<hex>`", "<hex>", "`<hex>`", `\u00e9, \/`, "`\\u00e9`, `\\/`").Replace(b.String())
}

func TestThePageOfCasesIsUpToDate(t *testing.T) {
	t.Parallel()
	const page = "../../docs/conformance.md"
	if *update {
		if err := os.WriteFile(page, []byte(thePage()), 0o644); err != nil { // readable by everyone
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(thePage(), string(got)); diff != "" {
		t.Errorf("%s is not what the cases say (-cases +page); write it: go test ./internal/conformance -run TestThePageOfCases -update\n%s", page, diff)
	}
}
