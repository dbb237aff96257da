// Package listencmd has `listen`: one listening session, from its flags to its last line.
package listencmd
