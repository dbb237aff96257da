// Package signcmd has `sign` and `verify`.
package signcmd
