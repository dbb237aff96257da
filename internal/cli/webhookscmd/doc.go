// Package webhookscmd has the commands under `webhooks`, which list, show, compare, export, import, await and prune deliveries.
package webhookscmd
