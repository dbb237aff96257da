package vidiking

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Webhook is the account's global webhook (docs: Webhooks).
type Webhook struct {
	URL    string
	Events []string
	Secret webhook.Secret
}

// webhookBody is the JSON body of PutWebhook.
type webhookBody struct {
	URL    string   `json:"url"`
	Events []string `json:"events"`
	Secret string   `json:"secret"`
}

// PutWebhook replaces the account's global webhook with w. The API cannot read or remove it, and its response is undocumented: any 2xx is
// a success.
func (c *Client) PutWebhook(ctx context.Context, w Webhook) error {
	r := w.request()
	r.body = webhookBody{w.URL, w.Events, w.Secret.Reveal()}
	_, err := c.call(ctx, r)
	return err
}

func (w Webhook) request() request {
	return request{
		method: http.MethodPut, path: "/webhooks", redact: []webhook.Secret{w.Secret},
		body: webhookBody{w.URL, w.Events, w.Secret.String()},
	}
}

// Preview is a request as it would be sent, with secrets masked.
type Preview struct {
	Method, URL string
	Header      []webhook.Field
	Body        json.RawMessage
}

// PreviewWebhook returns the request that PutWebhook would send. It needs no key.
func PreviewWebhook(o Options, w Webhook) (Preview, error) {
	r := w.request()
	body, err := encode(r.body)
	if err != nil {
		return Preview{}, err
	}
	c := &Client{o: o}
	return Preview{r.method, o.Base.url + r.path, c.header(r), body}, nil
}
