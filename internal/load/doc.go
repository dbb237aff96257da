// Package load makes many sendings of few: at a rate or as fast as they are answered, so many at a time, and, where that is asked for,
// with the disorder of a bad network. It measures each and sums them up.
//
// Run is the engine. At a rate it is open-loop: a sending is due at its time whether or not those before it were answered, and what it
// took is measured from when it was due, so that a handler that stalls makes all who had to wait look as slow as they were
// ("coordinated omission" is leaving those out). Without a rate it is closed-loop: the next begins when one is answered.
//
// Stir is the chaos: a pure function of what is sent, a Chaos and a seed. Tally keeps every measurement, so that its percentiles are
// exact. What is sent, how, and what counts as good is the caller's.
package load
