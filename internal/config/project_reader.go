package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// routesTable is the table of a project file that says which events go where.
const routesTable = "routes"

// projectReader reads a project file, one statement after the other.
type projectReader struct {
	*reader
	routes []route
	table  definition // how the table of the routes came to be
	under  bool       // its header stands above
}

// route is a line of the table of the routes.
type route struct {
	events part
	target string
}

func newProjectReader(text []byte) *projectReader {
	r := &projectReader{reader: &reader{
		doc:  &document{text: text, first: len(text), byName: map[string]int{}, byID: map[settingID]int{}},
		base: markLength(text),
		keys: projectKeys(),
	}}
	r.parser.KeepComments = true
	r.parser.Reset(slices.Clip(text[r.base:])) // clipped, as in parse
	return r
}

func (r *projectReader) read() *flaw { return r.each(r.statement) }

// statement reads one, and returns an offset on its last line.
func (r *projectReader) statement(n *unstable.Node) (end int, f *flaw) {
	switch n.Kind {
	case unstable.Comment:
		return r.span(n).to, nil
	case unstable.KeyValue:
		return r.span(n).to, r.assignment(n)
	default:
		path := r.path(n)
		return path[len(path)-1].at.to, r.header(n, path)
	}
}

// header reads [routes].
func (r *projectReader) header(n *unstable.Node, path []part) *flaw {
	switch {
	case path[0].name != routesTable || len(path) > 1:
		return r.strange(path)
	case n.Kind == unstable.ArrayTable:
		return &flaw{at: whole(path), msg: "the routes are a table, not a list of them", hint: "write one pair of brackets"}
	case r.table != undefined:
		return &flaw{at: path[0].at, msg: "the table of the routes is there already"}
	}
	r.table, r.under = byHeader, true
	return nil
}

// assignment reads one `key = value`.
func (r *projectReader) assignment(n *unstable.Node) *flaw {
	path := r.path(n)
	switch {
	case r.under:
		return r.route(path, n)
	case path[0].name == routesTable && len(path) == 1:
		return r.inlineRoutes(path[0], n)
	case path[0].name == routesTable:
		if r.table == byBraces {
			return &flaw{at: path[0].at, msg: "the table of the routes is there already"}
		}
		r.table = byDots
		return r.route(path[1:], n)
	case len(path) > 1 || !r.knows(path[0].name):
		return r.strange(path)
	case path[0].name == Forward && len(r.routes) > 0:
		return r.twoWays(path[0])
	}
	return r.setting("", path[0], n, nil)
}

// inlineRoutes reads routes = {…}.
func (r *projectReader) inlineRoutes(name part, n *unstable.Node) *flaw {
	switch {
	case n.Value().Kind != unstable.InlineTable:
		return &flaw{at: name.at, msg: "routes is a table, not a value", hint: `write [routes], and under it "render.*" = "localhost:3000"`}
	case r.table != undefined:
		return &flaw{at: name.at, msg: "the table of the routes is there already"}
	}
	r.table = byBraces
	for it := n.Value().Children(); it.Next(); {
		if child := it.Node(); child.Kind == unstable.KeyValue {
			if f := r.route(r.path(child), child); f != nil {
				return f
			}
		}
	}
	return nil
}

// route reads "EVENTS" = "TARGET".
func (r *projectReader) route(path []part, n *unstable.Node) *flaw {
	events, value := path[0], r.value(n)
	if _, ok := r.doc.lookUp("", Forward); ok {
		return r.twoWays(events)
	}
	if len(path) > 1 {
		return &flaw{at: whole(path), msg: "the events of a route stand in quotes", hint: "write " + quote(dotted(path)) + " = …"}
	}
	if r.knows(events.name) {
		return &flaw{at: events.at, msg: events.name + " stands among the routes", hint: "move it to the top of the file"}
	}
	if slices.ContainsFunc(r.routes, func(before route) bool { return before.events.name == events.name }) {
		return &flaw{at: events.at, msg: "there is a route for " + printable(events.name) + " already", hint: "keep one of them, or name the events apart"}
	}
	for _, pattern := range splitList(events.name) {
		if p := checkEvent(pattern); p != nil {
			return &flaw{at: events.at, msg: "a route's events " + p.msg, hint: p.hint}
		}
	}
	target := string(n.Value().Data)
	switch {
	case strings.TrimSpace(events.name) == "":
		return &flaw{at: events.at, msg: "a route names no events", hint: `like "render.*" = "localhost:3000"; for all of them: "*"`}
	case n.Value().Kind != unstable.String:
		return &flaw{at: value, msg: "a route's target is a text in quotes", hint: `like "localhost:3000"`}
	case target == "" || strings.ContainsFunc(target, isBlankOrControl):
		return &flaw{at: value, msg: fmt.Sprintf("a route's target can't be %q", target), hint: `like "localhost:3000", or an URL`}
	}
	r.routes = append(r.routes, route{events, target})
	return nil
}

func isBlankOrControl(c rune) bool { return c <= ' ' || c == 0x7f }

func (r *projectReader) twoWays(at part) *flaw {
	return &flaw{at: at.at, msg: "forward and routes are two ways to say where deliveries go", hint: "keep one of them"}
}

func (r *projectReader) knows(name string) bool {
	return slices.ContainsFunc(r.keys, func(k Key) bool { return k.Name == name })
}

// strange says that a name is none that a project file may have: because it is the user's own to set, or none at all.
func (r *projectReader) strange(path []part) *flaw {
	name := path[0]
	if i := slices.IndexFunc(r.keys, func(k Key) bool { return k.Name == name.name }); i >= 0 {
		return &flaw{at: name.at, msg: name.name + " is a value, not a table", hint: "write " + name.name + " = …"}
	}
	if key, err := FindKey(dotted(path)); err == nil {
		f := &flaw{at: whole(path), msg: "a project file can't set " + key.Name, hint: "it may set forward, routes, events, path and timeout"}
		if key.Name != Profile {
			f.hint += "; for yourself: vidiking config set " + strings.ReplaceAll(key.Name, "_", "-")
		}
		return f
	}
	if name.name == profilesTable {
		return &flaw{at: name.at, msg: "a project file has no profiles", hint: "they are yours: vidiking config path says where"}
	}
	f := &flaw{at: whole(path), msg: "there is no setting " + printable(dotted(path)), hint: "a project file may set forward, routes, events, path and timeout"}
	names := []string{Forward, routesTable, Events, Path, Timeout}
	if near := webhook.Near(name.name, names); near != "" {
		f.hint = "did you mean " + near + "? " + strings.ToUpper(f.hint[:1]) + f.hint[1:]
	}
	return f
}

// forward is the routes as --forward has them.
func (r *projectReader) forward() string {
	fields := make([]string, len(r.routes))
	for i, to := range r.routes {
		fields[i] = strings.Join(splitList(to.events.name), ",") + "=" + to.target
	}
	return strings.Join(fields, " ")
}
