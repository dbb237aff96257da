package output

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Object is a type of JSON objects that the program prints.
type Object struct {
	Type    string // the member "type"
	Variant string // tells objects of one type with different fields apart; empty: there is only one
	Text    string // what the object tells
	Value   any    // of the Go type that is printed
}

// Objects returns all types of objects that this package prints.
func Objects() []Object {
	return []Object{
		{"ready", "", "listen can receive deliveries", jsonReady{}},
		{"delivery", "", "a delivery was recorded, or an entry of a list", jsonDelivery{}},
		{"delivery", "complete", "a delivery with all fields (webhooks show, webhooks export)", jsonDeliveryDetails{}},
		{"attempt", "", "an attempt to send a delivery to a handler has ended", jsonAttempt{}},
		{"diff", "", "the difference between two deliveries (webhooks diff)", jsonDiff{}},
		{"tunnel", "", "the tunnel went down or came back (listen)", jsonTunnel{}},
		{"output", "", "a line that the handler of listen --run printed", jsonHandlerOutput{}},
		{"warning", "", "a hint or warning that text output prints on stderr", jsonWarning{}},
		{"signature", "", "the signature that sign computed", jsonSigned{}},
		{"verification", "", "the result of verify", jsonVerified{}},
		{"diagnosis", "", "the result of diagnose", jsonDiagnosis{}},
		{"case", "", "a case of test", jsonCase{}},
		{"case_info", "", "a case of test, described (test --list)", jsonCaseInfo{}},
		{"test", "", "the result of test", jsonBattery{}},
		{"summary", "listen", "totals of listen", jsonStopped{}},
		{"summary", "sent", "totals of trigger and replay", jsonSent{}},
		{"summary", "doctor", "totals of doctor", jsonCheckSummary{}},
		{"summary", "import", "totals of webhooks import", jsonImported{}},
		{"summary", "prune", "totals of webhooks prune", jsonPruned{}},
		{"load", "", "the result of a load run (trigger --count)", jsonLoad{}},
		{"expectation", "", "whether a response met trigger --expect-…", jsonExpectation{}},
		{"wait", "", "the result of webhooks wait or listen --wait-for", jsonWait{}},
		{"emulator", "", "where the emulator is, once it is ready", jsonEmulator{}},
		{"emulator_advanced", "", "the result of emulator advance", jsonEmulatorStopped{}},
		{"emulator_stopped", "", "the end of a run of the emulator", jsonEmulatorStopped{}},
		{"job", "", "a job that was submitted, or its status (render, render status, ai video)", jsonJob{}},
		{"image", "", "an AI image (ai image)", jsonImage{}},
		{"wallet", "", "the balance of the account (wallet)", jsonWallet{}},
		{"webhook", "", "the webhook registered with Vidiking", jsonAccountWebhook{}},
		{"request", "", "the request that config set-webhook --dry-run would send", jsonRequest{}},
		{"check", "", "a check of doctor", jsonCheck{}},
		{"status", "", "what vidiking without a command knows: a running listen, counts, next steps", jsonStatus{}},
		{"setting", "", "a setting and its source", jsonSetting{}},
		{"path", "", "the path of the configuration file (config path)", jsonPath{}},
		{"event", "", "an event of Vidiking (events)", jsonCatalogEvent{}},
		{"event", "name", "an event that trigger can send (trigger --list)", jsonEvent{}},
		{"scenario", "", "a scenario that trigger can send (trigger --list)", jsonEvent{}},
		{"mismatch", "", "a payload that does not match the catalog (events --check)", jsonMismatch{}},
		{"event_check", "", "the result of events --check", jsonEventCheck{}},
		{"error", "", "why a command failed, on stderr", jsonError{}},
		{"step", "", "a step of demo", jsonStep{}},
	}
}

// schema is a JSON Schema.
type schema = map[string]any

// JSONSchema returns a JSON Schema (draft 2020-12) of objects. It is derived from the Go types that are printed, so it has exactly their
// fields.
func JSONSchema(objects []Object) ([]byte, error) {
	definitions, refs := schema{}, []any{}
	for _, o := range objects {
		name := o.Type
		if o.Variant != "" {
			name += "_" + o.Variant
		}
		object := structSchema(reflect.TypeOf(o.Value), o.Type)
		object["description"] = o.Text
		definitions[name] = object
		refs = append(refs, schema{"$ref": "#/$defs/" + name})
	}
	return json.MarshalIndent(schema{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Output of vidiking -o json",
		"description": "One line of output is one of these objects.", "anyOf": refs, "$defs": definitions,
	}, "", "  ")
}

// structSchema returns the schema of a struct. name is the value of its field "type", if it has one.
func structSchema(t reflect.Type, name string) schema {
	properties, required := schema{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		tag, isField := f.Tag.Lookup("json")
		names := strings.Split(tag, ",")
		if !isField || names[0] == "-" || isNeverWritten(t, f) {
			continue
		}
		switch fixed := f.Tag.Get("schema"); {
		case names[0] == "v":
			properties["v"] = schema{"const": jsonVersion}
		case names[0] == "type":
			if fixed != "" {
				name = fixed
			}
			properties["type"] = schema{"const": name}
		default:
			properties[names[0]] = typeSchema(f.Type)
		}
		if !slices.Contains(names[1:], "omitempty") {
			required = append(required, names[0])
		}
	}
	slices.Sort(required)
	return schema{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// isNeverWritten reports whether a field, or a struct that it is embedded in, is only read: the name of a field in older versions.
func isNeverWritten(t reflect.Type, f reflect.StructField) bool {
	for depth := range f.Index {
		if t.FieldByIndex(f.Index[:depth+1]).Tag.Get("schema") == "-" {
			return true
		}
	}
	return false
}

// typeSchema returns the schema of a type as encoding/json writes it.
func typeSchema(t reflect.Type) schema {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if values := enumeration(t); values != nil {
		return schema{"enum": values}
	}
	switch t {
	case reflect.TypeFor[json.RawMessage]():
		return schema{} // any value
	case reflect.TypeFor[recording.Text]():
		return schema{"anyOf": []any{schema{"type": "string"}, schema{
			"type": "object", "properties": schema{"base64": schema{"type": "string", "contentEncoding": "base64"}},
			"required": []string{"base64"}, "additionalProperties": false, "description": "text that is not UTF-8",
		}}}
	case reflect.TypeFor[recording.Millis]():
		return schema{"type": "number"}
	case reflect.TypeFor[[]byte]():
		return schema{"type": "string", "contentEncoding": "base64"}
	}
	if t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		if t.ConvertibleTo(reflect.TypeFor[jsonTime]()) {
			return schema{"type": "string", "format": "date-time"}
		}
		return schema{"type": "string"} // a masked secret
	}
	return kindSchema(t)
}

func kindSchema(t reflect.Type) schema {
	switch t.Kind() {
	case reflect.String:
		return schema{"type": "string"}
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return schema{"type": "integer"}
	case reflect.Float64:
		return schema{"type": "number"}
	case reflect.Slice:
		return schema{"type": "array", "items": typeSchema(t.Elem())}
	case reflect.Array:
		return schema{"type": "array", "items": typeSchema(t.Elem()), "minItems": t.Len(), "maxItems": t.Len()}
	case reflect.Map:
		return schema{"type": "object", "additionalProperties": typeSchema(t.Elem())}
	case reflect.Struct:
		return structSchema(t, "")
	default:
		return schema{"not": schema{}} // matches nothing, so the story that prints it fails
	}
}

// enumeration returns the values of a type that has a fixed set of them; nil for any other type.
func enumeration(t reflect.Type) any {
	switch t {
	case reflect.TypeFor[webhook.Status]():
		return webhook.Statuses()
	case reflect.TypeFor[webhook.Verdict]():
		return webhook.Verdicts()
	case reflect.TypeFor[webhook.Origin]():
		return webhook.Origins()
	case reflect.TypeFor[webhook.Certainty]():
		return []webhook.Certainty{webhook.Certain, webhook.Likely, webhook.Possible}
	case reflect.TypeFor[webhook.Difference]():
		return []webhook.Difference{webhook.DifferenceNone, webhook.DifferenceSignature, webhook.DifferenceBody}
	case reflect.TypeFor[FindingState]():
		return []FindingState{FindingOK, FindingWarning, FindingFailed}
	case reflect.TypeFor[sample.Basis]():
		return []sample.Basis{sample.Documented, sample.Invented, sample.Observed}
	default:
		return nil
	}
}
