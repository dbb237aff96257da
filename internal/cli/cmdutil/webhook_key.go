package cmdutil

// WebhookKey is what `config get` takes beside the settings: what is registered with Vidiking.
const WebhookKey = "webhook"
