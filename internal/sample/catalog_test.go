package sample_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestCatalogRequiresOnlyDocumentedFields(t *testing.T) {
	want := map[string][]string{
		"render.queued": nil, "render.processing": nil, "ai.complete": nil, "wallet.deposit": nil,
		"render.complete":    {"id", "status", "url", "duration", "credits_used", "wallet_balance"},
		"render.failed":      {"error"},
		"ai.failed":          {"error"},
		"wallet.low_balance": {"balance"},
	}
	for _, e := range sample.Catalog() {
		var required []string
		for _, f := range fieldsOf(e) {
			if f.IsRequired() {
				required = append(required, f.Name)
			}
		}
		if diff := cmp.Diff(want[e.Name], required); diff != "" {
			t.Errorf("required fields of %s (-want +got):\n%s", e.Name, diff)
		}
	}
}

// fieldsOf returns the fields of the event's data.
func fieldsOf(e sample.Event) []sample.Field {
	i := slices.IndexFunc(e.Payload.Fields, func(f sample.Field) bool { return f.Name == "data" })
	return e.Payload.Fields[i].Fields
}

func compile(t *testing.T, schema []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatalf("%v\n%s", err, schema)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("schema.json")
	if err != nil {
		t.Fatalf("%v\n%s", err, schema)
	}
	return compiled
}

func schemaOf(t *testing.T, events []sample.Event) []byte {
	t.Helper()
	text, err := sample.Schema(events)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func validate(schema *jsonschema.Schema, body []byte) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(v)
}

// mutations returns payloads that differ from a valid one in one place.
func mutations(t *testing.T, body []byte) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	change := func(name string, f func(payload, data map[string]any)) {
		var payload map[string]any
		if err := json.Unmarshal(body, &payload); err != nil {
			t.Fatal(err)
		}
		f(payload, payload["data"].(map[string]any))
		changed, err := json.Marshal(payload)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = changed
	}
	for _, name := range []string{"event", "timestamp", "data"} {
		change("without "+name, func(payload, _ map[string]any) { delete(payload, name) })
		change("null as "+name, func(payload, _ map[string]any) { payload[name] = nil })
	}
	change("another event", func(payload, _ map[string]any) { payload["event"] = "render.done" })
	change("no time", func(payload, _ map[string]any) { payload["timestamp"] = "yesterday" })
	change("a list as data", func(payload, _ map[string]any) { payload["data"] = []any{} })
	var payload struct{ Data map[string]any }
	if err := json.Unmarshal(body, &payload); err != nil {
		t.Fatal(err)
	}
	for name := range payload.Data {
		change("a list as data."+name, func(_, data map[string]any) { data[name] = []any{} })
		change("null as data."+name, func(_, data map[string]any) { data[name] = nil })
	}
	if _, ok := payload.Data["status"]; ok {
		change("another status", func(_, data map[string]any) { data["status"] = "DONE" })
	}
	return all
}

func TestSchemaAcceptsSamplesAndRejectsMutations(t *testing.T) {
	whole := compile(t, schemaOf(t, sample.Catalog()))
	source := newSource()
	for i, e := range sample.Catalog() {
		alone := compile(t, schemaOf(t, sample.Catalog()[i:i+1]))
		body := mustPayload(t, source, e.Name)
		for _, schema := range []*jsonschema.Schema{whole, alone} {
			if err := validate(schema, body); err != nil {
				t.Errorf("%s does not match its schema: %v", body, err)
			}
		}
		if found := e.Check(body); len(found) > 0 {
			t.Errorf("Check(%s) = %v, want nothing", body, found)
		}
		for name, mutated := range mutations(t, body) {
			if validate(whole, mutated) == nil || validate(alone, mutated) == nil {
				t.Errorf("%s: the schema accepts %s", name, mutated)
			}
			if len(e.Check(mutated)) == 0 {
				t.Errorf("%s: Check accepts %s", name, mutated)
			}
		}
	}
}

func TestCheckNamesThePathAndNeverTheValue(t *testing.T) {
	events := sample.Catalog()
	e := events[slices.IndexFunc(events, func(e sample.Event) bool { return e.Name == webhook.EventRenderComplete })]
	tests := []struct {
		body string
		want []sample.Mismatch
	}{
		{`{"event":"render.complete"`, []sample.Mismatch{{"", "is not JSON"}}},
		{`[]`, []sample.Mismatch{{"", "is an array, not an object"}}},
		{`{"event":"hidden","timestamp":"hidden","data":{"id":1,"status":"hidden","url":"","duration":"hidden","credits_used":null,"more":{"id":2}}}`, []sample.Mismatch{
			{"event", "is not render.complete"},
			{"timestamp", "is not an RFC 3339 time"},
			{"data.id", "is a number, not a string"},
			{"data.status", "is not one of QUEUED, PROCESSING, COMPLETE, FAILED"},
			{"data.duration", "is a string, not a number"},
			{"data.credits_used", "is null, not a number"},
			{"data.wallet_balance", "is missing"},
		}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, e.Check([]byte(test.body))); diff != "" {
			t.Errorf("Check(%s) (-want +got):\n%s", test.body, diff)
		}
	}
}

// observe returns the catalog after an Observer has seen the bodies.
func observe(bodies ...string) []sample.Event {
	var o sample.Observer
	for _, body := range bodies {
		o.Add(webhook.Describe([]byte(body)).Event, []byte(body))
	}
	return o.With(sample.Catalog())
}

// pathsOf lists the fields below a shape with their types and counts.
func pathsOf(at string, s sample.Shape) []string {
	var all []string
	for _, f := range s.Fields {
		path := at + "." + f.Name
		if f.Seen > 0 {
			all = append(all, fmt.Sprintf("%s %s %d/%d", path, f.Types, f.Seen, f.Of))
		}
		all = append(all, pathsOf(path, f.Shape)...)
	}
	if s.Items != nil {
		all = append(all, fmt.Sprintf("%s[] %s", at, s.Items.Types))
		all = append(all, pathsOf(at+"[]", *s.Items)...)
	}
	if s.Any != nil {
		all = append(all, fmt.Sprintf("%s* %s", at, s.Any.Types))
		all = append(all, pathsOf(at+"*", *s.Any)...)
	}
	return all
}

// naive learns the same as an Observer from values that encoding/json has decoded.
func naive(at string, values []any) []string {
	var objects []map[string]any
	var items []any
	var arrays int
	for _, v := range values {
		switch v := v.(type) {
		case map[string]any:
			objects = append(objects, v)
		case []any:
			arrays++
			items = append(items, v...)
		}
	}
	names := map[string][]any{}
	for _, o := range objects {
		for name, v := range o {
			names[name] = append(names[name], v)
		}
	}
	var all []string
	for name, of := range names {
		all = append(all, fmt.Sprintf("%s.%s %s %d/%d", at, name, typesOf(of), len(of), len(objects)))
		all = append(all, naive(at+"."+name, of)...)
	}
	if len(items) > 0 {
		all = append(all, fmt.Sprintf("%s[] %s", at, typesOf(items)))
		all = append(all, naive(at+"[]", items)...)
	}
	return all
}

func typesOf(values []any) sample.Types {
	var types sample.Types
	for _, v := range values {
		switch v.(type) {
		case string:
			types |= sample.String
		case float64:
			types |= sample.Number
		case bool:
			types |= sample.Boolean
		case map[string]any:
			types |= sample.Object
		case []any:
			types |= sample.Array
		default:
			types |= sample.Null
		}
	}
	return types
}

// randomValue returns a random JSON value with few different names. Every string is one that must not be shown.
func randomValue(r *rand.Rand, depth int) any {
	switch n := r.IntN(8); {
	case depth < 4 && n < 3:
		o := map[string]any{}
		for range r.IntN(4) {
			o[string(rune('a'+r.IntN(5)))] = randomValue(r, depth+1)
		}
		return o
	case depth < 4 && n < 5:
		list := []any{}
		for range r.IntN(3) {
			list = append(list, randomValue(r, depth+1))
		}
		return list
	default:
		return []any{"hidden", 424242.0, true, nil}[r.IntN(4)]
	}
}

func TestObserverLearnsWhatANaiveReferenceLearns(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		var o sample.Observer
		var values []any
		for range 1 + r.IntN(20) {
			payload := map[string]any{"event": "job.new", "timestamp": "hidden", "data": randomValue(r, 0)}
			body, err := json.Marshal(payload)
			if err != nil {
				t.Fatal(err)
			}
			o.Add("job.new", body)
			values = append(values, payload)
		}
		all := o.With(nil)
		got, want := pathsOf("", all[0].Payload), naive("", values)
		// The shape of an undocumented event has an object as data, even if none was observed.
		got = slices.DeleteFunc(got, func(s string) bool { return strings.HasPrefix(s, ".data ") })
		want = slices.DeleteFunc(want, func(s string) bool { return strings.HasPrefix(s, ".data ") })
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d (-naive +observed):\n%s", seed, diff)
		}
		printed := string(schemaOf(t, all))
		for _, l := range sample.Languages() {
			printed += sample.WriteTypes(l, all)
		}
		if strings.Contains(printed, "hidden") || strings.Contains(printed, "424242") {
			t.Fatalf("seed %d: a value is printed:\n%s", seed, printed)
		}
	}
}

func TestObjectWithManyMembersIsAMap(t *testing.T) {
	var bodies []string
	for i := range 3 {
		var members []string
		for n := range 60 {
			members = append(members, fmt.Sprintf(`"user-%d":{"n":%d}`, 60*i+n, n))
		}
		bodies = append(bodies, `{"event":"job.new","timestamp":"","data":{"by_user":{`+strings.Join(members, ",")+`}}}`)
	}
	events := observe(bodies...)
	got := pathsOf("", events[len(events)-1].Payload)
	want := []string{".event string 3/3", ".timestamp string 3/3", ".data object 3/3", ".data.by_user object 3/3", ".data.by_user* object", ".data.by_user*.n number 180/180"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, l := range sample.Languages() {
		if code := sample.WriteTypes(l, events); strings.Contains(code, "user-1") {
			t.Errorf("%s shows a key of a map:\n%s", l, code)
		}
	}
}

func TestObserverKeepsABoundedNumberOfPlaces(t *testing.T) {
	var o sample.Observer
	for i := range 200 {
		var members []string
		for n := range 90 {
			members = append(members, fmt.Sprintf(`"k%d":{"x":1}`, n))
		}
		o.Add(fmt.Sprintf("event%d", i), []byte(`{"data":{`+strings.Join(members, ",")+`}}`))
	}
	places := 0
	for _, e := range o.With(nil) {
		places += len(pathsOf("", e.Payload))
	}
	if places == 0 || places > 10_000 {
		t.Errorf("%d places are kept, want at most 10,000", places)
	}
	deep := strings.Repeat(`{"a":[`, 5000) + strings.Repeat(`]}`, 5000)
	events := observe(`{"event":"job.deep","data":` + deep + `}`)
	if got := len(pathsOf("", events[len(events)-1].Payload)); got > 40 {
		t.Errorf("%d places of a deep payload are kept", got)
	}
}

func TestObservedEventsAddToTheCatalog(t *testing.T) {
	body := `{"event":"render.complete","timestamp":"2025-01-15T10:30:45Z","data":{"id":"job_1","duration":"10","note":null}}`
	events := observe(body, `{"event":"zebra","timestamp":"","data":{}}`, `{"event":"asset.ready","timestamp":"","data":[]}`)
	var names []string
	for _, e := range events[8:] {
		names = append(names, e.Name)
	}
	if want := []string{"asset.ready", "zebra"}; !slices.Equal(names, want) {
		t.Errorf("undocumented events %q, want %q", names, want)
	}
	if diff := cmp.Diff(observe(body), observe(body)); diff != "" {
		t.Errorf("the same payload gives another catalog:\n%s", diff)
	}
	complete := events[2]
	for _, f := range fieldsOf(complete) {
		switch f.Name {
		case "duration":
			if f.Types != sample.String|sample.Number {
				t.Errorf("duration is %s, want the documented and the observed type", f.Types)
			}
		case "note":
			if f.Types != sample.Null || f.Basis != sample.Observed || f.IsRequired() {
				t.Errorf("note is %+v, want an observed optional null", f)
			}
		}
	}
}

// FuzzObserver feeds any body, and requires that what was learned fits it.
func FuzzObserver(f *testing.F) {
	source := sample.New(time.Now, rand.NewChaCha8([32]byte{}))
	for _, e := range sample.Catalog() {
		body, err := source.Payload(e.Name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`{"event":"a","data":{"a":1,"a":{"":[]},"\ud800":[[],[null,{"b":"*/"}]]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var o sample.Observer
		event := webhook.Describe(body).Event
		o.Add(event, body)
		all := o.With(sample.Catalog())
		schema := schemaOf(t, all)
		if !json.Valid(schema) {
			t.Fatalf("the schema is no JSON: %s", schema)
		}
		if code := sample.WriteTypes(sample.Go, all); !isGo(code) {
			t.Fatalf("this is no Go:\n%s", code)
		}
		for _, e := range all {
			e.Check(body)
		}
	})
}

// TestEventsPageHasTheCatalog compares the tables of docs/events.md with the catalog.
func TestEventsPageHasTheCatalog(t *testing.T) {
	var tables strings.Builder
	for _, e := range sample.Catalog() {
		fmt.Fprintf(&tables, "\n### %s\n\nSent when %s.\n\n| field | type | basis | description | example |\n| --- | --- | --- | --- | --- |\n", e.Name, e.When)
		for _, f := range fieldsOf(e) {
			fmt.Fprintf(&tables, "| `data.%s` | %s | %s | %s | `%s` |\n", f.Name, f.Types, f.Basis, f.Description, f.Example)
		}
	}
	const file, begin, end = "../../docs/events.md", "-update -->\n", "<!-- end -->"
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(page), begin)
	_, after, ok := strings.Cut(rest, end)
	if !ok {
		t.Fatalf("%s has no place for the catalog", file)
	}
	want := before + begin + tables.String() + "\n" + end + after
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(want, string(page)); diff != "" {
		t.Errorf("%s: update it with -update (-want +got):\n%s", file, diff)
	}
}
