package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/cmd/vidiking/testdata/handlers/webhooks"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// documentedHandlers are the handlers of docs/handlers.md and how to serve them: the files in testdata/handlers/serve serve a handler on a free
// port and print its address.
var documentedHandlers = []struct {
	file  string
	serve func(t *testing.T, file, secret string) (addr string, err error)
}{
	{file: "express.mjs", serve: served(node("express"), "-r", "free_port.cjs")},
	{file: "fastify.mjs", serve: served(node("fastify"), "-r", "free_port.cjs")},
	{file: "next_route.mjs", serve: served(node(""), "-r", "free_port.cjs", "with_next.mjs")},
	{file: "flask_app.py", serve: served(python("flask"), "with_flask.py")},
	{file: "fastapi_app.py", serve: served(python("fastapi", "uvicorn"), "with_fastapi.py")},
	{file: "django_views.py", serve: served(python("django"), "with_django.py")},
	{file: "net_http.go", serve: serveNetHTTP},
	{file: "rails_controller.rb", serve: served(ruby, "with_rails.rb")},
}

// The test sends valid and invalid deliveries to every handler of docs/handlers.md, and runs the commands of that page against
// it.
func TestDocumentedHandlers(t *testing.T) {
	t.Parallel()
	tries, exact := triesOfThePage(t), exactBodyOfThePage(t)
	sendsExact := strings.Join([]string{"vidiking", "trigger", "--data", "exact.json", "--to", "localhost:3000", "--signature-style", "bare"}, " ")
	if !slices.Contains(tries, sendsExact) {
		t.Errorf("%q does not contain %s", tries, sendsExact)
	}
	for _, h := range documentedHandlers {
		t.Run(h.file, func(t *testing.T) {
			t.Parallel()
			addr, err := h.serve(t, h.file, processSecret)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range requestsToHandlers() {
				got, answer := deliver(t, addr, r.body, r.signature)
				if got != r.want || got == http.StatusOK && !strings.Contains(answer, `render.complete`) {
					t.Errorf("%s: got %d %s, want %d", r.name, got, answer, r.want)
				}
			}
			w := newTestHome(t)
			if err := os.WriteFile(filepath.Join(w.home, "exact.json"), []byte(exact), 0o600); err != nil {
				t.Fatal(err)
			}
			strict := append([]string{"vidiking", "test", addr, "--strict", "--skip", "time.slow,load.burst"}, skippedWith(h.file)...) // a busy machine is slow, and a test server queues few connections
			if code, stdout, stderr := w.run(t, strict[0], strict[1:]...); code != 0 || strings.Contains(stdout, "warning") {
				t.Errorf("%q: got exit code %d, want 0 and no warning:\n%s%s", strict, code, stdout, stderr)
			}
			for _, try := range tries {
				args := strings.Fields(strings.ReplaceAll(try, "localhost:3000", addr))
				if code, stdout, stderr := w.run(t, args[0], args[1:]...); code != 0 {
					t.Errorf("%s: got exit code %d, want 0:\n%s%s", try, code, stdout, stderr)
				}
			}
		})
		t.Run(h.file+" without a secret", func(t *testing.T) {
			t.Parallel()
			addr, err := h.serve(t, h.file, "")
			if err != nil {
				return // the server rejects the handler at startup, as it should
			}
			body := []byte(`{"event":"render.complete","data":{}}`)
			if got, answer := deliver(t, addr, body, []string{signature.Sign(webhook.SecretFrom(""), body, signature.StylePrefixed)}); got < 400 {
				t.Errorf("signed with the empty key: got %d %s, want a refusal", got, answer)
			}
		})
	}
}

// skippedWith skips what the server of a test can't do: wsgiref, which serves Django in tests, does not read bodies in chunks, and Rails
// before 7.1 reads only as many bytes as Content-Length says.
func skippedWith(file string) []string {
	if file == "django_views.py" || file == "rails_controller.rb" {
		return []string{"--skip", "http.chunked"}
	}
	return nil
}

// requestToHandler is a request and the status code that a correct handler returns for it.
type requestToHandler struct {
	name      string
	body      []byte
	signature []string
	want      int
}

func requestsToHandlers() []requestToHandler {
	secret := webhook.SecretFrom(processSecret)
	prefixed := func(body string) string { return signature.Sign(secret, []byte(body), signature.StylePrefixed) }
	bare := func(body string) string { return signature.Sign(secret, []byte(body), signature.StyleBare) }

	const plain = `{"event":"render.complete","timestamp":"2025-01-15T10:30:45Z","data":{"id":"job_abc123","duration":10.5}}`
	changed := strings.Replace(plain, "10.5", "10.6", 1)
	spaced := "\r\n{ \"event\" :\t\"render.complete\",\n  \"data\": { \"id\":\"job_abc123\" }  }\n\n"
	compact := `{"event":"render.complete","data":{"id":"job_abc123"}}`
	other := signature.Sign(webhook.SecretFrom("whsec_another"), []byte(plain), signature.StylePrefixed)

	var requests []requestToHandler
	for _, taken := range []struct{ name, body string }{
		{"as documented", plain},
		{"odd white space", spaced},
		{"other than ASCII", `{"event":"render.complete","data":{"id":"job_abc123","title":"Ærøskøbing ☃ 🎬` + "\u2028" + `"}}`},
		{"escapes and numbers that nothing writes again as they are", `{"event":"render.complete","data":{"id":"caf\u00e9 \/","n":[10.50,1E2,12345678901234567890,-0],"id":"job_abc123"}}`},
		{"large", `{"event":"render.complete","data":{"id":"job_abc123","log":"` + strings.Repeat("0123456789", 30_000) + `"}}`},
	} {
		requests = append(requests,
			requestToHandler{taken.name + ", prefixed", []byte(taken.body), []string{prefixed(taken.body)}, http.StatusOK},
			requestToHandler{taken.name + ", bare", []byte(taken.body), []string{bare(taken.body)}, http.StatusOK})
	}
	for _, refused := range []struct {
		name, body string
		signature  []string
	}{
		{"no signature", plain, nil},
		{"no signature and no body", "", nil},
		{"an empty signature", plain, []string{""}},
		{"the prefix alone", plain, []string{"sha256="}},
		{"the prefix twice", plain, []string{"sha256=" + prefixed(plain)}},
		{"another prefix", plain, []string{"sha1=" + bare(plain)}},
		{"a signature cut short", plain, []string{bare(plain)[:63]}},
		{"something behind the signature", plain, []string{bare(plain) + "00"}},
		{"a signature of other than ASCII", plain, []string{strings.Repeat("é", 32)}},
		{"two signatures, the wrong one first", plain, []string{other, prefixed(plain)}},
		{"another secret, prefixed", plain, []string{other}},
		{"another secret, bare", plain, []string{strings.TrimPrefix(other, "sha256=")}},
		{"a changed body, prefixed", changed, []string{prefixed(plain)}},
		{"a changed body, bare", changed, []string{bare(plain)}},
		{"signed over the body written again", spaced, []string{prefixed(compact)}},
		{"signed over the body without the line feeds at its end", spaced, []string{prefixed(strings.TrimRight(spaced, "\n"))}},
	} {
		requests = append(requests, requestToHandler{refused.name, []byte(refused.body), refused.signature, http.StatusUnauthorized})
	}
	return requests
}

// deliver sends a body to a handler as JSON and returns the response.
func deliver(t *testing.T, addr string, body []byte, signatures []string) (code int, answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+addr+"/webhooks/vidiking", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header[webhook.SignatureHeader] = signatures
	req.Close = true // some servers close idle connections just when the next request arrives
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	said, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(said)
}

// served serves a handler with an interpreter. Arguments that are not flags are files in testdata/handlers/serve.
func served(find func(t *testing.T, dir string) interpreter, args ...string) func(t *testing.T, file, secret string) (string, error) {
	return func(t *testing.T, file, secret string) (string, error) {
		t.Helper()
		dir, err := filepath.Abs(filepath.Join("testdata", "handlers"))
		if err != nil {
			t.Fatal(err)
		}
		run := find(t, dir)
		cmd := exec.CommandContext(t.Context(), run.program)
		for _, arg := range args {
			if !strings.HasPrefix(arg, "-") {
				arg = filepath.Join(dir, "serve", arg)
				if _, err := os.Stat(arg); err != nil { // makes go test rerun the test when the file changes
					t.Fatal(err)
				}
			}
			cmd.Args = append(cmd.Args, arg)
		}
		handler := file
		if !filepath.IsAbs(file) {
			handler = filepath.Join(dir, "webhooks", file)
		}
		if _, err := os.Stat(handler); err != nil {
			t.Fatal(err)
		}
		cmd.Args = append(cmd.Args, handler)
		w := newTestHome(t)
		cmd.Dir, cmd.Env = w.home, append(append(w.environment(), "VIDIKING_WEBHOOK_SECRET="+secret, "NODE_PATH="+filepath.Join(dir, "node_modules")), run.env...)
		return firstLine(t, cmd)
	}
}

// firstLine starts a program and returns the first line that it prints. It kills the program at the end of the test.
func firstLine(t *testing.T, cmd *exec.Cmd) (string, error) {
	t.Helper()
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %q: %v", cmd.Args, err)
	}
	ended := make(chan struct{})
	reader := bufio.NewReader(out)
	line, err := reader.ReadString('\n')
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, reader) // keep reading so the program never blocks
		_ = cmd.Wait()                     // it was killed
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	if err != nil {
		<-ended
		return "", fmt.Errorf("%q ended before it printed its address:\n%s", cmd.Args, &complaints)
	}
	return strings.TrimSpace(line), nil
}

// serveNetHTTP serves the Go handler, which needs no other process.
func serveNetHTTP(t *testing.T, _, secret string) (addr string, err error) {
	t.Helper()
	defer func() {
		if refusal := recover(); refusal != nil {
			err = fmt.Errorf("%v", refusal)
		}
	}()
	slog.SetDefault(slog.New(slog.DiscardHandler)) //nolint:forbidigo // the handler of the docs writes each delivery to it
	mux := http.NewServeMux()
	mux.Handle("POST /webhooks/vidiking", webhooks.Handler(secret))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://"), nil
}

const handlersPage = "../../docs/handlers.md"

// The test compares each snippet of docs/handlers.md with the file that TestDocumentedHandlers runs, byte for byte. -update
// rewrites the snippets.
func TestHandlersPageMatchesTheTestedFiles(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(handlersPage)
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	snippet := regexp.MustCompile("(<!-- file: cmd/vidiking/testdata/handlers/webhooks/(\\S+) -->\n```[a-z]+\n)((?s:.*?))```\n")
	updated := snippet.ReplaceAllStringFunc(string(page), func(s string) string {
		parts := snippet.FindStringSubmatch(s)
		shown[parts[2]] = true
		text, err := os.ReadFile(filepath.Join("testdata", "handlers", "webhooks", parts[2]))
		if err != nil {
			t.Error(err)
		}
		return parts[1] + string(text) + "```\n"
	})
	for _, h := range documentedHandlers {
		if !shown[h.file] {
			t.Errorf("%s does not show %s", handlersPage, h.file)
		}
	}
	if len(shown) != len(documentedHandlers) {
		t.Errorf("%s shows %d files, and %d are run", handlersPage, len(shown), len(documentedHandlers))
	}
	if *update {
		if err := os.WriteFile(handlersPage, []byte(updated), 0o644); err != nil { // readable by everyone
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(updated, string(page)); diff != "" {
		t.Errorf("%s is not what the files are (-files +page); write it: go test ./cmd/vidiking -run TestThePageOfHandlers -update\n%s", handlersPage, diff)
	}
}

// triesOfThePage returns the commands of docs/handlers.md that try a handler.
func triesOfThePage(t *testing.T) []string {
	t.Helper()
	page, err := os.ReadFile(handlersPage)
	if err != nil {
		t.Fatal(err)
	}
	var tries []string
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "vidiking trigger ") || strings.HasPrefix(line, "vidiking test ") {
			tries = append(tries, strings.TrimSpace(line))
		}
	}
	if len(tries) < 4 {
		t.Fatalf("%s has %d commands that try a handler, want 4 or more", handlersPage, len(tries))
	}
	return tries
}

// exactBodyOfThePage returns the body that docs/handlers.md writes to exact.json.
func exactBodyOfThePage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(handlersPage)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^printf '%s' '(.*)' > exact\.json$`).FindSubmatch(page)
	if found == nil {
		t.Fatalf("%s does not write exact.json", handlersPage)
	}
	return string(found[1])
}

// If a serializer wrote the same bytes, the commands of the page would not detect a handler that hashes re-serialized JSON.
func TestNoSerializerWritesTheExactBody(t *testing.T) {
	t.Parallel()
	body := exactBodyOfThePage(t)
	if _, err := jsontext.ParseObject([]byte(body)); err != nil {
		t.Fatalf("the body is not a payload: %v", err)
	}
	doc, err := jsontext.Read([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	var others []string // serializers that write other bytes
	for form := range doc.Defaults() {
		others = append(others, form.Writers...)
		var written strings.Builder
		if err := doc.WriteTo(&written, form.Style); err != nil || written.String() == body {
			t.Errorf("%+v writes the body as it is: %s, %v", form, body, err)
		}
	}
	// The defaults omit serializers that obviously write the same bytes.
	for _, name := range []string{"Node's JSON.stringify", "Python's json.dumps", "Go's json.Marshal", "PHP's json_encode", "Ruby's JSON.generate"} {
		if !slices.Contains(others, name) {
			t.Errorf("%s writes the body as it is: %s", name, body)
		}
	}
}
