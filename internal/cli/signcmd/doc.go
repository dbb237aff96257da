// Package signcmd has the commands sign and verify.
package signcmd
