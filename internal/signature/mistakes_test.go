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

var update = flag.Bool("update", false, "write the golden files")

// mistake is a signature by a program that makes one mistake: a line of testdata/mistakes/*.jsonl, which the scripts next to it print.
type mistake struct {
	Language, Version, Mistake, Input, Header string
	Written                                   []byte `json:"written_base64"`
}

func (m mistake) name() string { return m.Language + " | " + m.Mistake + " | " + m.Input }

const (
	mistakesDir    = "testdata/mistakes"
	mistakesSecret = "whsec_dGhlX3NlY3JldF9vZl90aGVfbWF0cml4"
)

// languages are the languages of the scripts, and the programs that run them.
var languages = []struct {
	name, script string
	programs     []string
	install      string
}{
	{"node", "mistakes.js", []string{"node"}, "Node 18 or newer"},
	{"python", "mistakes.py", []string{"python3", "python"}, "Python 3.9 or newer"},
	{"php", "mistakes.php", []string{"php"}, "PHP 8 with its json extension"},
	{"ruby", "mistakes.rb", []string{"ruby"}, "Ruby 3 with its json, base64 and openssl gems"},
	{"openssl", "mistakes.sh", []string{"sh"}, "openssl and a shell"},
}

// TestDiagnoseFindsEveryMistake uses recorded output, so it needs none of the languages.
func TestDiagnoseFindsEveryMistake(t *testing.T) {
	t.Parallel()
	rows := map[string]string{}
	var table strings.Builder
	for _, m := range append(recordedMistakes(t), goMistakes(t)...) {
		row := diagnoseMistake(t, m)
		rows[m.name()] = row
		fmt.Fprintf(&table, "%s | %s\n", m.name(), row)
	}
	golden := filepath.Join(mistakesDir, "matrix.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(table.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := goldenRows(t)
	for name, row := range rows {
		if row != want[name] {
			t.Errorf("%s: got\n%s, want\n%s\n(go test ./internal/signature -run EveryMistake -update writes %s)", name, row, want[name], golden)
		}
	}
	if len(rows) != len(want) {
		t.Errorf("got %d mistakes, want the %d of %s", len(rows), len(want), golden)
	}
}

// TestEveryMistakeHasACertainCause checks all recorded mistakes, except those that yield a valid signature.
func TestEveryMistakeHasACertainCause(t *testing.T) {
	t.Parallel()
	rows := goldenRows(t)
	if len(rows) < 200 {
		t.Fatalf("got only %d mistakes, want at least 200", len(rows))
	}
	for name, row := range rows {
		if !strings.HasPrefix(row, "valid | ") && !strings.Contains(row, " | certain | ") {
			t.Errorf("%s: no certain cause: %s", name, row)
		}
	}
}

// TestInstalledLanguagesMakeTheRecordedMistakes runs the scripts with the languages installed on this machine, in any version.
func TestInstalledLanguagesMakeTheRecordedMistakes(t *testing.T) {
	t.Parallel()
	want, recorded := goldenRows(t), map[string]string{}
	for _, m := range recordedMistakes(t) {
		recorded[m.Language] = m.Version
	}
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			for _, m := range readMistakes(t, runScript(t, l.programs, l.script, l.install)) {
				t.Run(m.Mistake+" "+m.Input, func(t *testing.T) {
					if m.Version != recorded[m.Language] && m.Input == "rich.json" {
						t.Skipf("The output of %s for rare numbers and characters depends on its version: recorded with %s, this is %s.", m.Language, recorded[m.Language], m.Version)
					}
					if got := diagnoseMistake(t, m); got != want[m.name()] {
						t.Errorf("got\n%s, want\n%s", got, want[m.name()])
					}
				})
			}
		})
	}
}

// runScript runs the script of a language. It skips the test if the language is not installed.
func runScript(t *testing.T, programs []string, script, install string) []byte {
	t.Helper()
	if runtime.GOOS == "windows" && script == "mistakes.sh" {
		t.Skip("Windows has no shell for mistakes.sh.")
	}
	if _, err := exec.LookPath("openssl"); script == "mistakes.sh" && err != nil {
		t.Skip("openssl is not installed.")
	}
	path, err := filepath.Abs(filepath.Join(mistakesDir, script))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil { // reading the script makes go test run again if it changes
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
	t.Skipf("%s. This test needs %s.", why, install)
	return nil
}

func recordedMistakes(t *testing.T) []mistake {
	t.Helper()
	var all []mistake
	for _, l := range languages {
		text, err := os.ReadFile(filepath.Join(mistakesDir, l.name+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, readMistakes(t, text)...)
	}
	return all
}

func readMistakes(t *testing.T, text []byte) []mistake {
	t.Helper()
	var all []mistake
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var m mistake
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			t.Fatalf("%s: %v", lines.Bytes(), err)
		}
		all = append(all, m)
	}
	return all
}

func goldenRows(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(mistakesDir, "matrix.golden"))
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

// diagnoseMistake returns the diagnosis of a mistake: the verdict, then the code, certainty and cause of each finding.
func diagnoseMistake(t *testing.T, m mistake) string {
	t.Helper()
	d := signature.Diagnose(t.Context(), signature.Case{
		Header: webhook.Header{{Name: webhook.SignatureHeader, Value: m.Header}}, Body: readInput(t, m.Input),
		Secrets: []signature.KnownSecret{{Secret: webhook.SecretFrom(mistakesSecret), InUse: true}},
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
	body, err := os.ReadFile(filepath.Join(mistakesDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// goMistakes makes the same mistakes in Go, without a script.
func goMistakes(t *testing.T) []mistake {
	t.Helper()
	var all []mistake
	say := func(name, input, header string) {
		all = append(all, mistake{Language: "go", Mistake: name, Input: input, Header: header})
	}
	for _, input := range []string{"documented.json", "pretty.json", "rich.json"} {
		body := readInput(t, input)
		for _, w := range goWriters {
			say(w.name, input, "sha256="+hex.EncodeToString(mac(sha256.New, mistakesSecret, w.write(t, body))))
		}
	}
	const input = "documented.json"
	body, rest := readInput(t, input), strings.TrimPrefix(mistakesSecret, "whsec_")
	decoded, err := base64.StdEncoding.DecodeString(rest)
	if err != nil {
		t.Fatal(err)
	}
	right := mac(sha256.New, mistakesSecret, body)
	plain := sha256.Sum256(body)
	say("bare", input, hex.EncodeToString(right))
	say("upper-case hex", input, fmt.Sprintf("%X", right))
	say("base64", input, base64.StdEncoding.EncodeToString(right))
	say("base64url, not padded", input, base64.RawURLEncoding.EncodeToString(right))
	say("quoted", input, fmt.Sprintf("%q", hex.EncodeToString(right)))
	say("0x", input, fmt.Sprintf("%#x", right))
	say("sha1", input, "sha1="+hex.EncodeToString(mac(sha1.New, mistakesSecret, body)))
	say("sha384", input, "sha384="+hex.EncodeToString(mac(sha512.New384, mistakesSecret, body)))
	say("sha512", input, "sha512="+hex.EncodeToString(mac(sha512.New, mistakesSecret, body)))
	say("md5", input, "md5="+hex.EncodeToString(mac(md5.New, mistakesSecret, body)))
	say("plain hash", input, hex.EncodeToString(plain[:]))
	say("hash.Sum(body), the state not written", input, hex.EncodeToString(mac(sha256.New, mistakesSecret, nil)))
	say("swapped", input, hex.EncodeToString(mac(sha256.New, string(body), []byte(mistakesSecret))))
	say("without whsec_", input, hex.EncodeToString(mac(sha256.New, rest, body)))
	say("secret decoded", input, hex.EncodeToString(mac(sha256.New, string(decoded), body)))
	say("secret with line feed", input, hex.EncodeToString(mac(sha256.New, mistakesSecret+"\n", body)))
	say("body cut", input, hex.EncodeToString(mac(sha256.New, mistakesSecret, body[:64])))
	return all
}

func mac(algorithm func() hash.Hash, key string, body []byte) []byte {
	h := hmac.New(algorithm, []byte(key))
	h.Write(body)
	return h.Sum(nil)
}

// goWriters are the ways in which Go programs re-serialize JSON.
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

// must returns the text of a writer, or reads it from the last argument.
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
