package sample

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// schema is a JSON Schema (draft 2020-12). The order of its members is that of the fields.
type schema struct {
	Dialect     string            `json:"$schema,omitempty"`
	Title       string            `json:"title,omitempty"`
	Ref         string            `json:"$ref,omitempty"`
	Comment     string            `json:"$comment,omitempty"`
	Description string            `json:"description,omitempty"`
	Type        any               `json:"type,omitempty"` // a string or a []string
	Const       string            `json:"const,omitempty"`
	Enum        []string          `json:"enum,omitempty"`
	Format      string            `json:"format,omitempty"`
	Properties  schemaMembers     `json:"properties,omitempty"`
	Required    []string          `json:"required,omitempty"`
	Additional  *schema           `json:"additionalProperties,omitempty"`
	Items       *schema           `json:"items,omitempty"`
	Examples    []json.RawMessage `json:"examples,omitempty"`
	OneOf       []*schema         `json:"oneOf,omitempty"`
	Defs        schemaMembers     `json:"$defs,omitempty"`
}

// schemaMembers are named schemas that keep their order.
type schemaMembers []schemaMember

type schemaMember struct {
	name string
	of   *schema
}

// MarshalJSON writes the members as an object.
func (m schemaMembers) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, member := range m {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(member.name)
		if err != nil {
			return nil, err
		}
		of, err := json.Marshal(member.of)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(of)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Schema returns a JSON Schema (draft 2020-12) that every payload of the events matches. Other members are allowed everywhere, and only
// documented fields are required. The same events give the same bytes.
func Schema(events []Event) ([]byte, error) {
	root := &schema{Title: "Payloads of Vidiking webhooks"}
	for _, e := range events {
		of := schemaOf(e.Payload)
		of.Description = sentence(e.When)
		root.Defs = append(root.Defs, schemaMember{e.Name, of})
		root.OneOf = append(root.OneOf, &schema{Ref: "#/$defs/" + pointer(e.Name)})
	}
	if len(events) == 1 {
		root = root.Defs[0].of
		root.Title = "Payload of " + events[0].Name
	}
	root.Dialect = "https://json-schema.org/draft/2020-12/schema"
	text, err := marshalIndent(root)
	if err != nil {
		return nil, fmt.Errorf("encode the schema: %w", err)
	}
	return text, nil
}

// marshalIndent writes JSON for people: indented, and without escaping HTML.
func marshalIndent(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}

func schemaOf(s Shape) *schema {
	of := &schema{Format: s.Format}
	switch names := s.Types.Names(); len(names) {
	case 0:
	case 1:
		of.Type = names[0]
	default:
		of.Type = names
	}
	if len(s.Values) == 1 {
		of.Const = s.Values[0]
	} else {
		of.Enum = s.Values
	}
	for _, f := range s.Fields {
		member := schemaOf(f.Shape)
		member.Description, member.Comment = f.Description, string(f.Basis)
		if f.Example != "" {
			member.Examples = []json.RawMessage{json.RawMessage(f.Example)}
		}
		of.Properties = append(of.Properties, schemaMember{f.Name, member})
		if f.IsRequired() {
			of.Required = append(of.Required, f.Name)
		}
	}
	if s.Any != nil {
		of.Additional = schemaOf(*s.Any)
	}
	if s.Items != nil {
		of.Items = schemaOf(*s.Items)
	}
	return of
}

// pointer escapes a name in a JSON pointer (RFC 6901, section 6: as a URI fragment).
func pointer(name string) string {
	return url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
}

// sentence makes a sentence of a phrase.
func sentence(phrase string) string {
	if phrase == "" {
		return ""
	}
	return strings.ToUpper(phrase[:1]) + phrase[1:] + "."
}
