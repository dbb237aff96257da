package emulator

import (
	_ "embed" // for the description
	"encoding/json"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/sample"
)

// description is the OpenAPI 3.1 description without its webhooks.
//
//go:embed openapi.json
var description string

// Description returns the OpenAPI 3.1 description of everything that the emulator serves, with the events of the catalog as webhooks.
func Description() json.RawMessage {
	var webhooks []member
	for _, event := range sample.Catalog() {
		schema, err := sample.Schema([]sample.Event{event})
		if err != nil {
			continue // cannot happen: the catalog is constant
		}
		webhooks = append(webhooks, member{event.Name, object(member{"post", object(
			member{"summary", event.When},
			member{"requestBody", object(member{"content", object(member{"application/json", object(member{"schema", json.RawMessage(schema)})})})},
			member{"responses", object(member{"2XX", object(member{"description", "delivered"})})},
		)})})
	}
	text := strings.TrimSuffix(strings.TrimSpace(description), "}")
	return json.RawMessage(text + `,"webhooks":` + string(object(webhooks...)) + "}")
}
