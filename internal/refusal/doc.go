// Package refusal identifies why a handler refused a delivery, or answered it in a way that no handler means to. It
// compares the handler's response with a table of fingerprints: responses that frameworks, servers and proxies give in a
// handler's place, or when a handler makes a common mistake. Package explain combines the result with the delivery log.
package refusal
