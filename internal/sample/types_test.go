package sample_test

import (
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/sample"
)

// awkward are payloads of undocumented events whose names are hard to write in some language.
func awkward() []sample.Event {
	return observe(
		`{"event":"class.\"quoted\" */ é🎬","timestamp":"","data":{"from":1,"we ird*/":true,"a\"b":null,"é":"","🎬":[{"x":1},2],"-":1,"a,b":1,"":{},"1st":[[]],"None":{"deep":{"type":1}}}}`,
		`{"event":"a.b","timestamp":"","data":{"a_b":1,"aB":2,"a.b":3}}`,
		`{"event":"a-b","timestamp":"","data":"text"}`,
		`{"event":"render.complete","timestamp":"","data":{"metadata":{"order":7},"duration":null}}`,
	)
}

func isGo(code string) bool {
	_, err := parser.ParseFile(token.NewFileSet(), "vidiking.go", code, parser.SkipObjectResolution)
	return err == nil
}

// vet vets a package of the given files, and returns what it complains about.
func vet(t *testing.T, files map[string]string) string {
	t.Helper()
	files["go.mod"] = "module example.com/vidiking\n\ngo 1.24\n"
	out, _ := run(t, "go", []string{"vet", "."}, files)
	return out
}

func TestGoTypesCompileAndRejectMisspellings(t *testing.T) {
	t.Parallel()
	for name, events := range map[string][]sample.Event{"catalog": sample.Catalog(), "awkward": awkward()} {
		code := sample.WriteTypes(sample.Go, events)
		if formatted, err := format.Source([]byte(code)); err != nil || string(formatted) != code {
			t.Errorf("%s: gofmt would change the code, or fails: %v\n%s", name, err, code)
		}
	}
	const right = "package vidiking\n\nfunc use(p *RenderComplete) float64 { return p.Data.Duration }\n"
	if out := vet(t, map[string]string{"vidiking.go": sample.WriteTypes(sample.Go, awkward())}); out != "" {
		t.Errorf("awkward names: go vet complains:\n%s", out)
	}
	if out := vet(t, map[string]string{"vidiking.go": sample.WriteTypes(sample.Go, sample.Catalog()), "use.go": right}); out != "" {
		t.Errorf("go vet complains:\n%s", out)
	}
	wrong := strings.Replace(right, "Duration", "Durration", 1)
	if out := vet(t, map[string]string{"vidiking.go": sample.WriteTypes(sample.Go, sample.Catalog()), "use.go": wrong}); !strings.Contains(out, "Durration") {
		t.Errorf("a misspelled field compiles:\n%s", out)
	}
}

// compiler returns the path of a program that npm has installed.
func compiler(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", "types", "node_modules", ".bin", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is not installed: npm ci --prefix internal/sample/testdata/types", name)
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	return path
}

// run runs a compiler on files and returns its output, and whether it was content.
func run(t *testing.T, path string, args []string, files map[string]string) (string, bool) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// tsHandler uses each event. Lines that begin with "//! " must not compile if they are uncommented, one at a time.
const tsHandler = `import { isEvent, type EventMap, type EventName, type RenderComplete, type VidikingEvent } from "./vidiking";

export function handle(payload: VidikingEvent): string | undefined {
  switch (payload.event) {
    case "render.queued": return payload.data.id;
    case "render.processing": return payload.data.status;
    case "render.complete": return payload.data.url + payload.data.duration.toFixed(1);
    case "render.failed": return payload.data.error;
    case "ai.complete": return payload.data.width?.toFixed();
    case "ai.failed": return payload.data.error;
    case "wallet.low_balance": return payload.data.balance.toFixed(2);
    case "wallet.deposit": return payload.data.amount?.toFixed(2);
    default: { const never: never = payload; return never; }
  }
}
export const handlers: { [N in EventName]?: (data: EventMap[N]["data"]) => void } = {
  "render.complete": (data) => console.log(data.credits_used),
};
export function guard(payload: VidikingEvent): number {
  return isEvent(payload, "render.complete") ? payload.data.duration : 0;
}
export const data: RenderComplete["data"] = { id: "job_1", status: "COMPLETE", url: "", duration: 1, credits_used: 1, wallet_balance: 1 };
//! export const read = (p: RenderComplete) => p.data.durration;
//! export const write: RenderComplete["data"] = { ...data, durration: 1 };
//! export const event: EventName = "render.compelte";
//! export const text: RenderComplete["data"] = { ...data, duration: "1" };
//! export const optional = (p: EventMap["wallet.deposit"]) => p.data.amount.toFixed();
`

func TestTypeScriptTypesCompileAndRejectMisspellings(t *testing.T) {
	t.Parallel()
	args := []string{"--strict", "--noEmit", "--ignoreConfig", "--target", "es2022", "--lib", "es2022,dom", "--moduleResolution", "bundler", "--module", "esnext"}
	files := map[string]string{
		"vidiking.ts": sample.WriteTypes(sample.TypeScript, sample.Catalog()), "handler.ts": tsHandler,
		"awkward.ts": sample.WriteTypes(sample.TypeScript, awkward()),
	}
	wrong := regexp.MustCompile(`(?m)^//! (.*)$`).FindAllStringSubmatch(tsHandler, -1)
	for i, line := range wrong {
		files[fmt.Sprintf("wrong%d.ts", i)] = tsHandler + line[1] + "\n"
	}
	out, _ := run(t, compiler(t, "tsc"), append(args, slices.Sorted(maps.Keys(files))...), files)
	for name := range files {
		if got := strings.Contains(out, name+"("); got != strings.HasPrefix(name, "wrong") {
			t.Errorf("%s: an error is %t in\n%s\n%s", name, got, out, files[name])
		}
	}
}

const pyHandler = `from vidiking import EventName, RenderComplete, VidikingEvent

def handle(payload: VidikingEvent) -> "str | None":
    if payload["event"] == "render.complete":
        return payload["data"]["url"]
    if payload["event"] == "render.failed" or payload["event"] == "ai.failed":
        return payload["data"]["error"]
    if payload["event"] == "wallet.low_balance":
        return str(payload["data"]["balance"])
    if payload["event"] == "wallet.deposit":
        return str(payload["data"].get("amount"))
    return payload["data"].get("id")

name: EventName = "render.complete"
`

const pyWrong = `
def read(p: RenderComplete) -> float:
    return p["data"]["durration"]
write: RenderComplete = {"event": "render.complete", "timestamp": "", "data": {"id": "", "status": "COMPLETE", "url": "", "duration": 1, "credits_used": 1, "wallet_balance": 1, "durration": 1}}
wrong: EventName = "render.compelte"
`

func TestPythonTypesCheckAndRejectMisspellings(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"vidiking.py": sample.WriteTypes(sample.Python, sample.Catalog()), "handler.py": pyHandler,
		"awkward.py": sample.WriteTypes(sample.Python, awkward()), "wrong.py": pyHandler + pyWrong,
	}
	out, _ := run(t, compiler(t, "pyright"), append([]string{"--pythonversion", "3.11"}, slices.Sorted(maps.Keys(files))...), files)
	for name, want := range map[string]int{"vidiking.py": 0, "handler.py": 0, "awkward.py": 0, "wrong.py": 3} {
		if got := len(regexp.MustCompile(name+`:\d+:\d+ - error`).FindAllString(out, -1)); got != want {
			t.Errorf("%s: got %d errors, want %d:\n%s\n%s", name, got, want, out, files[name])
		}
	}
}
