// Package eventscmd has `events`: the catalog of events, its schemas and types, and comparisons with the delivery log.
package eventscmd
