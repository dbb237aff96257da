// Package load sends many requests made from a few items: at a fixed rate or as fast as responses arrive, with limited concurrency, and
// optionally with the disorder of a bad network. It measures every request and summarizes the run.
//
// With a rate, Run is an open-loop generator: each request is due at its time, whether or not earlier ones have finished. Latency counts
// from the due time. So if a handler stalls, the requests that had to wait count as slow too (ignoring them is called coordinated
// omission). Without a rate, Run is closed-loop: the next request starts when one finishes.
//
// ApplyChaos is a pure function of items, a Chaos and a seed. Tally keeps every measurement, so its percentiles are exact. The caller
// decides what to send, how to send it, and what counts as success.
package load
