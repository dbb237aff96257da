package conformance

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The sizes of body.large. Express reads 100 kB unless it is told otherwise.
const (
	largeBytes  = 200_000
	hugeBytes   = 1 << 20
	clientError = "4xx"
)

func bodyCases() []Case {
	const bad = "Respond 400 if the body is not valid JSON."
	return []Case{
		{
			ID: "body.empty", Title: "refuses an empty body", Weight: Should, Source: SourceStandard,
			Why:   "An empty body is no delivery. A crash looks like an outage, and the stack trace of its error page may tell too much.",
			Sends: "an empty body, correctly signed", Expects: clientError, Fix: bad,
			try: func(t *trial) { t.refuseAny("an empty body", t.signed(nil)) },
		},
		{
			ID: "body.not-json", Title: "refuses a body that is not JSON", Weight: Should, Source: SourceOwn,
			Why:   "A body that is not JSON is no delivery. A crash looks like an outage, and the stack trace of its error page may tell too much.",
			Sends: "the text not json, correctly signed", Expects: clientError, Fix: bad,
			try: func(t *trial) { t.refuseAny("a body that is not JSON", t.signed([]byte("not json"))) },
		},
		{
			ID: "body.all-events", Title: "accepts every event", Weight: Must, Source: SourceVidiking,
			Why:   "The account's webhook receives every event that it subscribes to. Respond 2xx to those you don't use.",
			Sends: "a sample of each of the eight events", Expects: "2xx", Fix: "Respond 2xx to events that you don't use.",
			try: func(t *trial) {
				for _, e := range webhook.Events() {
					t.accept(e.Name, t.signed(t.payload(e.Name)))
				}
			},
		},
		{
			ID: "body.unknown-event", Title: "accepts an unknown event", Weight: Should, Source: SourceOwn,
			Why:   "A new event that is refused is retried five times over seven hours.",
			Sends: "the event render.unknown", Expects: "2xx", Fix: "Respond 2xx to events that you don't know.",
			try: func(t *trial) {
				t.accept("an unknown event", t.signed(replaced(t.complete(), webhook.EventRenderComplete, "render.unknown")))
			},
		},
		{
			ID: "body.unknown-fields", Title: "accepts unknown fields", Weight: Must, Source: SourceOwn,
			Why:   "Vidiking may add fields at any time.",
			Sends: "additional fields, nested ones, and null", Expects: "2xx", Fix: "Ignore fields that you don't know; don't validate strictly.",
			try: func(t *trial) {
				t.accept("unknown fields", t.signed(replaced(t.complete(), `"duration":10.5`, `"duration":10.5,"new_field":{"nested":[{"a":null}]},"other_field":null`)))
			},
		},
		{
			ID: "body.missing-optional", Title: "accepts a payload without optional fields", Weight: Should, Source: SourceOwn,
			Why:   "Vidiking documents one example, and does not promise that every payload has all of its fields.",
			Sends: "data without url and wallet_balance", Expects: "2xx", Fix: "Check that a field is there before you use it.",
			try: func(t *trial) {
				body := t.complete()
				_, after, _ := bytes.Cut(body, []byte(`"url":"`))
				link, _, _ := bytes.Cut(after, []byte(`"`))
				body = replaced(body, fmt.Sprintf(`"url":"%s",`, link), "")
				t.accept("a payload without url and wallet_balance", t.signed(replaced(body, `,"wallet_balance":4510`, "")))
			},
		},
		{
			ID: "body.large", Title: "accepts a large body", Weight: Should, Source: SourceOwn,
			Why:   "Many frameworks read only 100 kB or so unless they are told otherwise.",
			Sends: "bodies of 200 kB and 1 MiB", Expects: "2xx", Fix: "Raise the limit of the body parser for this route to 1 MiB or more.",
			try: func(t *trial) {
				for _, size := range []int{largeBytes, hugeBytes} {
					body := replaced(t.complete(), `"duration":10.5`, `"duration":10.5,"metadata":{"text":""}`)
					body = replaced(body, `"text":"`, `"text":"`+strings.Repeat("x", size-len(body)))
					name := "a body of 200 kB"
					if size == hugeBytes {
						name = "a body of 1 MiB"
					}
					t.accept(name, t.signed(body))
				}
			},
		},
	}
}
