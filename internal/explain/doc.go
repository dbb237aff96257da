// Package explain explains why a delivery was rejected, refused or not answered, and what to do about it. It combines the
// handler's response (package refusal), the signature (package signature) and the delivery log, so that every view shows the
// same explanation.
package explain
