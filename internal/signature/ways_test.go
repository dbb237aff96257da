package signature_test

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"hash"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

var update = flag.Bool("update", false, "write the golden files anew")

// way is one way of going wrong, done by a program of a language: a line of testdata/ways/*.jsonl, which the scripts beside it print.
type way struct {
	Language, Version, Way, Input, Header string
	Written                               []byte `json:"written_base64"`
}

func (w way) name() string { return w.Language + " | " + w.Way + " | " + w.Input }

const (
	waysDir    = "testdata/ways"
	waysSecret = "whsec_dGhlX3NlY3JldF9vZl90aGVfbWF0cml4"
)

// languages is who the scripts are for, and what runs them.
var languages = []struct {
	name, script string
	programs     []string
	install      string
}{
	{"node", "ways.js", []string{"node"}, "Node 18 or newer"},
	{"python", "ways.py", []string{"python3", "python"}, "Python 3.9 or newer"},
	{"php", "ways.php", []string{"php"}, "PHP 8 with its json extension"},
	{"ruby", "ways.rb", []string{"ruby"}, "Ruby 3 with its json, base64 and openssl gems"},
	{"openssl", "ways.sh", []string{"sh"}, "openssl and a shell"},
}

// What the languages did, recorded, so that a machine without them proves the same.
func TestEveryWayOfGoingWrongIsNamed(t *testing.T) {
	t.Parallel()
	rows := map[string]string{}
	var table strings.Builder
	for _, w := range append(recordedWays(t), goWays(t)...) {
		row := diagnoseWay(t, w)
		rows[w.name()] = row
		fmt.Fprintf(&table, "%s | %s\n", w.name(), row)
	}
	golden := filepath.Join(waysDir, "matrix.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(table.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := goldenRows(t)
	for name, row := range rows {
		if row != want[name] {
			t.Errorf("%s: got\n%s, want\n%s\n(go test ./internal/signature -run EveryWay -update writes %s)", name, row, want[name], golden)
		}
	}
	if len(rows) != len(want) {
		t.Errorf("%d ways, want the %d of %s", len(rows), len(want), golden)
	}
}

// No way but those that are right after all is left without a cause.
func TestTheMatrixHasNoGap(t *testing.T) {
	t.Parallel()
	rows := goldenRows(t)
	if len(rows) < 200 {
		t.Fatalf("only %d ways: the test looks in the wrong place", len(rows))
	}
	for name, row := range rows {
		if !strings.HasPrefix(row, "valid | ") && !strings.Contains(row, " | certain | ") {
			t.Errorf("%s: nothing certain is said: %s", name, row)
		}
	}
}

// The same by the languages as they are on this machine, whatever their version.
func TestTheLanguagesHereGoWrongInTheSameWays(t *testing.T) {
	t.Parallel()
	want, recorded := goldenRows(t), map[string]string{}
	for _, w := range recordedWays(t) {
		recorded[w.Language] = w.Version
	}
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			for _, w := range readWays(t, runScript(t, l.programs, l.script, l.install)) {
				t.Run(w.Way+" "+w.Input, func(t *testing.T) {
					if w.Version != recorded[w.Language] && w.Input == "rich.json" {
						t.Skipf("How %s writes rare numbers and characters changes from version to version: recorded with %s, here is %s.", w.Language, recorded[w.Language], w.Version)
					}
					if got := diagnoseWay(t, w); got != want[w.name()] {
						t.Errorf("got\n%s, want\n%s", got, want[w.name()])
					}
				})
			}
		})
	}
}

// runScript runs a language's script, or skips where the language is not here.
func runScript(t *testing.T, programs []string, script, install string) []byte {
	t.Helper()
	if runtime.GOOS == "windows" && script == "ways.sh" {
		t.Skip("Windows has no shell for ways.sh.")
	}
	if _, err := exec.LookPath("openssl"); script == "ways.sh" && err != nil {
		t.Skip("There is no openssl here.")
	}
	path, err := filepath.Abs(filepath.Join(waysDir, script))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil { // so that go test runs again, cache or not, when the script has changed
		t.Fatal(err)
	}
	why := "It is not in PATH"
	for _, name := range programs {
		program, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		out, err := exec.CommandContext(t.Context(), program, path).Output()
		if err == nil {
			return out
		}
		why = fmt.Sprintf("%s: %v", program, err)
	}
	t.Skipf("%s. This takes %s.", why, install)
	return nil
}

func recordedWays(t *testing.T) []way {
	t.Helper()
	var all []way
	for _, l := range languages {
		text, err := os.ReadFile(filepath.Join(waysDir, l.name+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, readWays(t, text)...)
	}
	return all
}

func readWays(t *testing.T, text []byte) []way {
	t.Helper()
	var all []way
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var w way
		if err := json.Unmarshal(lines.Bytes(), &w); err != nil {
			t.Fatalf("%s: %v", lines.Bytes(), err)
		}
		all = append(all, w)
	}
	return all
}

func goldenRows(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(waysDir, "matrix.golden"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for line := range strings.Lines(string(text)) {
		cells := strings.SplitN(strings.TrimSuffix(line, "\n"), " | ", 4)
		rows[strings.Join(cells[:3], " | ")] = cells[3]
	}
	return rows
}

// diagnoseWay is what is said of a way: the verdict, then the code, certainty and cause of each finding.
func diagnoseWay(t *testing.T, w way) string {
	t.Helper()
	d := signature.Diagnose(t.Context(), signature.Case{
		Header: webhook.Header{{Name: webhook.SignatureHeader, Value: w.Header}}, Body: readInput(t, w.Input),
		Secrets: []signature.KnownSecret{{Secret: webhook.SecretFrom(waysSecret), InUse: true}},
	})
	row := string(d.Verdict)
	for _, f := range d.Findings {
		row += fmt.Sprintf(" | %s | %s | %s", f.Code, f.Certainty, f.Cause)
	}
	if len(d.Findings) == 0 {
		row += " | "
	}
	return row
}

func readInput(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(waysDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// goWays is the same in Go, which needs no script.
func goWays(t *testing.T) []way {
	t.Helper()
	var all []way
	say := func(name, input, header string) {
		all = append(all, way{Language: "go", Way: name, Input: input, Header: header})
	}
	for _, input := range []string{"documented.json", "pretty.json", "rich.json"} {
		body := readInput(t, input)
		for _, w := range goWriters {
			say(w.name, input, "sha256="+hex.EncodeToString(mac(sha256.New, waysSecret, w.write(t, body))))
		}
	}
	const input = "documented.json"
	body, rest := readInput(t, input), strings.TrimPrefix(waysSecret, "whsec_")
	decoded, err := base64.StdEncoding.DecodeString(rest)
	if err != nil {
		t.Fatal(err)
	}
	right := mac(sha256.New, waysSecret, body)
	plain := sha256.Sum256(body)
	say("bare", input, hex.EncodeToString(right))
	say("upper-case hex", input, fmt.Sprintf("%X", right))
	say("base64", input, base64.StdEncoding.EncodeToString(right))
	say("base64url, not padded", input, base64.RawURLEncoding.EncodeToString(right))
	say("quoted", input, fmt.Sprintf("%q", hex.EncodeToString(right)))
	say("0x", input, fmt.Sprintf("%#x", right))
	say("sha1", input, "sha1="+hex.EncodeToString(mac(sha1.New, waysSecret, body)))
	say("sha384", input, "sha384="+hex.EncodeToString(mac(sha512.New384, waysSecret, body)))
	say("sha512", input, "sha512="+hex.EncodeToString(mac(sha512.New, waysSecret, body)))
	say("md5", input, "md5="+hex.EncodeToString(mac(md5.New, waysSecret, body)))
	say("plain hash", input, hex.EncodeToString(plain[:]))
	say("hash.Sum(body), the state not written", input, hex.EncodeToString(mac(sha256.New, waysSecret, nil)))
	say("swapped", input, hex.EncodeToString(mac(sha256.New, string(body), []byte(waysSecret))))
	say("without whsec_", input, hex.EncodeToString(mac(sha256.New, rest, body)))
	say("secret decoded", input, hex.EncodeToString(mac(sha256.New, string(decoded), body)))
	say("secret with line feed", input, hex.EncodeToString(mac(sha256.New, waysSecret+"\n", body)))
	say("body cut", input, hex.EncodeToString(mac(sha256.New, waysSecret, body[:64])))
	return all
}

func mac(algorithm func() hash.Hash, key string, body []byte) []byte {
	h := hmac.New(algorithm, []byte(key))
	h.Write(body)
	return h.Sum(nil)
}

// goWriters is how Go programs write JSON again.
var goWriters = []struct {
	name  string
	write func(t *testing.T, body []byte) []byte
}{
	{"json.Marshal of a map", func(t *testing.T, body []byte) []byte { return must(t)(json.Marshal(parsed(t, body))) }},
	{"json.MarshalIndent of a map", func(t *testing.T, body []byte) []byte {
		return must(t)(json.MarshalIndent(parsed(t, body), "", "  "))
	}},
	{"json.MarshalIndent by tabs", func(t *testing.T, body []byte) []byte {
		return must(t)(json.MarshalIndent(parsed(t, body), "", "\t"))
	}},
	{"json.Encoder", func(t *testing.T, body []byte) []byte {
		var b bytes.Buffer
		return must(t)(nil, json.NewEncoder(&b).Encode(parsed(t, body)), b.Bytes)
	}},
	{"json.Encoder without HTML", func(t *testing.T, body []byte) []byte {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		return must(t)(nil, enc.Encode(parsed(t, body)), b.Bytes)
	}},
	{"json.Compact", func(t *testing.T, body []byte) []byte {
		var b bytes.Buffer
		return must(t)(nil, json.Compact(&b, body), b.Bytes)
	}},
	{"json.Indent", func(t *testing.T, body []byte) []byte {
		var b bytes.Buffer
		return must(t)(nil, json.Indent(&b, body, "", "\t"), b.Bytes)
	}},
	{"json.RawMessage in a map", func(t *testing.T, body []byte) []byte {
		var raw map[string]json.RawMessage
		if err := json.Unmarshal(body, &raw); err != nil {
			t.Fatal(err)
		}
		return must(t)(json.Marshal(raw))
	}},
	{"Decoder.UseNumber", func(t *testing.T, body []byte) []byte {
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		var v any
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		return must(t)(json.Marshal(v))
	}},
}

func parsed(t *testing.T, body []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// must takes what a writer returned: the text, or where to get it.
func must(t *testing.T) func(text []byte, err error, from ...func() []byte) []byte {
	t.Helper()
	return func(text []byte, err error, from ...func() []byte) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if len(from) > 0 {
			return from[0]()
		}
		return text
	}
}
