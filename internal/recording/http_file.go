package recording

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// HTTPFile writes deliveries as requests of an .http file, for the HTTP clients of JetBrains and VS Code. Bodies are in separate files,
// because these clients trim bodies inside the request, which invalidates the signature. The clients add headers that were not recorded
// (User-Agent, Accept-Encoding) and those of the connection.
type HTTPFile struct {
	w             io.Writer
	dir           string
	put           func(name string, body []byte) error
	defaultTarget func(event string) string
}

// NewHTTPFile returns an HTTPFile. put writes a body to the directory dir next to the file. otherwise returns the URL for a delivery
// without a target.
func NewHTTPFile(w io.Writer, dir string, put func(name string, body []byte) error, defaultTarget func(event string) string) *HTTPFile {
	return &HTTPFile{w: w, dir: dir, put: put, defaultTarget: defaultTarget}
}

// Write writes a delivery.
func (h *HTTPFile) Write(d webhook.Delivery) error {
	if !webhook.IsID(string(d.ID)) { // it becomes a file name
		return fmt.Errorf("invalid id %.40q", d.ID)
	}
	var b strings.Builder
	b.WriteString("### " + string(d.ID))
	if isPlain(d.Event) {
		b.WriteString(" " + d.Event)
	}
	b.WriteString(d.ReceivedAt.UTC().Format(" 2006-01-02T15:04:05.000Z") + "\n")
	fields, omitted := h.fields(d)
	for _, l := range omitted {
		b.WriteString("# " + l + "\n")
	}
	// Send the request unchanged: no redirects, cookies or escapes. Clients that do not know a directive ignore it as a comment.
	fmt.Fprintf(&b, "# @name %s\n# @no-redirect\n# @no-cookie-jar\n# @no-auto-encoding\n", d.ID)
	b.WriteString("POST " + strings.NewReplacer("{", "%7B", "}", "%7D").Replace(requestURL(d, h.defaultTarget(d.Event))) + "\n")
	for _, f := range fields {
		b.WriteString(f.Name + ": " + f.Value + "\n")
	}
	if len(d.Body) > 0 {
		name := string(d.ID) + extension(d.Body)
		if err := h.put(name, d.Body); err != nil {
			return err
		}
		b.WriteString("\n< ./" + h.dir + "/" + name + "\n")
	}
	b.WriteString("\n")
	_, err := io.WriteString(h.w, b.String())
	return err
}

// Close does nothing, because the file has no trailer.
func (*HTTPFile) Close() error { return nil }

// fields returns the headers that the file format allows. {{ would begin a variable, & at the start of a line continues the URL, # begins a
// comment.
func (*HTTPFile) fields(d webhook.Delivery) (fields webhook.Header, omitted []string) {
	out := outgoingOf(d)
	omit := func(name, why string) {
		if !isPlain(name) {
			name = "A header"
		}
		omitted = append(omitted, name+" "+why+" and was left out.")
	}
	for _, l := range out.omitted {
		omit(l.name, l.why)
	}
	for _, f := range out.fields {
		if !isPlain(f.Name) || strings.Contains(f.Value, "{{") || strings.IndexFunc(f.Value, isNotASCII) >= 0 {
			omit(f.Name, "is not possible in an .http file")
			continue
		}
		fields = append(fields, f)
	}
	return fields, omitted
}

func isNotASCII(r rune) bool { return r < ' ' || r > '~' }

// extension returns the file extension for an editor.
func extension(body []byte) string {
	switch {
	case json.Valid(jsontext.WithoutMark(body)):
		return ".json"
	case utf8.Valid(body):
		return ".txt"
	default:
		return ".bin"
	}
}
