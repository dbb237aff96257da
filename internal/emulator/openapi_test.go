package emulator

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The description names exactly the routes of the running emulator, and its responses match the schemas.
func TestDescriptionMatchesTheRunningEmulator(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	_, text := r.call("GET", "/_emulator/openapi.json", "")
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	id := r.render("")
	r.advance(Until{})
	image := r.do("POST", "/v1/ai/image", `{"prompt":"p"}`)["id"].(string)
	_, export := r.call("GET", "/_emulator/export", "")
	bodies := map[string]string{
		"POST /v1/render": `{"timeline":{},"output":{}}`, "POST /v1/ai/video": `{"prompt":"p"}`, "POST /v1/ai/image": `{"prompt":"p"}`,
		"PUT /v1/webhooks":            `{"url":"http://127.0.0.1:1/","events":["render.complete"],"secret":"whsec_x"}`,
		"POST /_emulator/advance":     `{"until":"next"}`,
		"POST /_emulator/deposit":     `{"amount":"1.00"}`,
		"PUT /_emulator/faults":       `[{"kind":"slow","by":"1s"}]`,
		"POST /_emulator/import":      export,
		"GET /v1/render/{id}":         "",
		"GET /renders/{file}":         "",
		"POST /_emulator/reset":       "",
		"GET /_emulator/faults":       "",
		"GET /v1/wallet/balance":      "",
		"GET /_emulator/openapi.json": "",
	}
	var described []string
	for path, methods := range doc.(map[string]any)["paths"].(map[string]any) {
		for method, operation := range methods.(map[string]any) {
			described = append(described, strings.ToUpper(method)+" "+path)
			if path == "/_emulator/reset" || path == "/videos/{file}" {
				continue // the first deletes what the others need, and there is no such job
			}
			file := id + ".mp4"
			if strings.HasPrefix(path, "/images") {
				file = image + ".png"
			}
			called := strings.NewReplacer("{id}", id, "{file}", file).Replace(path)
			if path == "/_emulator/import" {
				continue // replaces the jobs; TestExportIsImported has it
			}
			code, text := r.call(strings.ToUpper(method), called, bodies[strings.ToUpper(method)+" "+path])
			if code != http.StatusOK {
				t.Errorf("%s %s: got %d %s", method, called, code, text)
				continue
			}
			content, _ := operation.(map[string]any)["responses"].(map[string]any)["200"].(map[string]any)["content"].(map[string]any)
			for kind := range content {
				pointer := "openapi.json#/paths/" + strings.ReplaceAll(path, "/", "~1") + "/" + method + "/responses/200/content/" + strings.ReplaceAll(kind, "/", "~1") + "/schema"
				schema, err := compiler.Compile(strings.NewReplacer("{", "%7B", "}", "%7D").Replace(pointer))
				if err != nil {
					t.Fatal(err)
				}
				for line := range strings.Lines(text) {
					value, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
					if err == nil {
						err = schema.Validate(value)
					}
					if err != nil {
						t.Errorf("%s %s: %v in %s", method, path, err, line)
					}
				}
			}
		}
	}
	slices.Sort(described)
	if diff := cmp.Diff(routes(t), described); diff != "" {
		t.Errorf("routes (-served +described):\n%s", diff)
	}
	var events []string
	for event := range doc.(map[string]any)["webhooks"].(map[string]any) {
		events = append(events, event)
	}
	if len(events) != len(webhook.Events()) {
		t.Errorf("the webhooks are %q, want all events", events)
	}
	if !json.Valid([]byte(text)) || !strings.Contains(text, `"openapi":"3.1.0"`) {
		t.Error("the description is not OpenAPI 3.1")
	}
}

// routes returns the routes that the source registers.
func routes(t *testing.T) (all []string) {
	t.Helper()
	all = []string{"GET /renders/{file}", "GET /videos/{file}", "GET /images/{file}"}
	for file, prefix := range map[string]string{"api.go": "", "control.go": ControlPath} {
		for _, m := range regexp.MustCompile(`"(GET|POST|PUT) ("\+ControlPath\+")?(/[^"+]+)"`).FindAllStringSubmatch(readSource(t, file), -1) {
			if m[3] != "/" {
				all = append(all, m[1]+" "+prefix+m[3])
			}
		}
		for _, m := range regexp.MustCompile(`"(GET|POST) "\+ControlPath\+"([^"]+)"`).FindAllStringSubmatch(readSource(t, file), -1) {
			all = append(all, m[1]+" "+prefix+m[2])
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
