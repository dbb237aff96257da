// Package webhookscmd has `webhooks`: the delivery log, listed, shown, compared, exported, imported, waited for and pruned.
package webhookscmd
