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

// HTTPFile writes deliveries as requests of an .http file, for the HTTP clients of JetBrains and VS Code. Bodies stand in files of their own:
// what stands in the request itself those clients trim, and the signature would not match. They write more headers than were recorded
// (User-Agent, Accept-Encoding), and the connection's.
type HTTPFile struct {
	w         io.Writer
	dir       string
	put       func(name string, body []byte) error
	otherwise func(event string) string
}

// NewHTTPFile makes an HTTPFile. Put writes a body into the directory dir, which stands beside the file; otherwise says where a delivery
// goes that was sent nowhere yet.
func NewHTTPFile(w io.Writer, dir string, put func(name string, body []byte) error, otherwise func(event string) string) *HTTPFile {
	return &HTTPFile{w: w, dir: dir, put: put, otherwise: otherwise}
}

// Write writes a delivery.
func (h *HTTPFile) Write(d webhook.Delivery) error {
	if !webhook.IsID(string(d.ID)) { // it becomes a file's name
		return fmt.Errorf("%.40q is no id", d.ID)
	}
	var b strings.Builder
	b.WriteString("### " + string(d.ID))
	if isPlain(d.Event) {
		b.WriteString(" " + d.Event)
	}
	b.WriteString(d.ReceivedAt.UTC().Format(" 2006-01-02T15:04:05.000Z") + "\n")
	fields, leftOut := h.fields(d)
	for _, l := range leftOut {
		b.WriteString("# " + l + "\n")
	}
	// As it was sent: no redirect followed, no cookie added, no escape changed. A client that does not know one of these reads a remark.
	fmt.Fprintf(&b, "# @name %s\n# @no-redirect\n# @no-cookie-jar\n# @no-auto-encoding\n", d.ID)
	b.WriteString("POST " + strings.NewReplacer("{", "%7B", "}", "%7D").Replace(calledBy(d, h.otherwise(d.Event))) + "\n")
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

// Close does nothing: the file has no end of its own.
func (*HTTPFile) Close() error { return nil }

// fields is what can stand in such a file: {{ begins a variable there, & at a line's start goes on with the URL, # begins a remark.
func (*HTTPFile) fields(d webhook.Delivery) (fields webhook.Header, leftOut []string) {
	out := outgoingOf(d)
	say := func(name, why string) {
		if !isPlain(name) {
			name = "A header"
		}
		leftOut = append(leftOut, name+" "+why+", and left out.")
	}
	for _, l := range out.leftOut {
		say(l.name, l.why)
	}
	for _, f := range out.fields {
		if !isPlain(f.Name) || strings.Contains(f.Value, "{{") || strings.IndexFunc(f.Value, isNoASCII) >= 0 {
			say(f.Name, "cannot stand in an .http file")
			continue
		}
		fields = append(fields, f)
	}
	return fields, leftOut
}

func isNoASCII(r rune) bool { return r < ' ' || r > '~' }

// extension is for the editor that opens the file.
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
