// Package sample makes sample payloads of the documented events, alone and as scenarios.
//
// Each is made anew: with fresh ids and the time of now. It is byte for byte what JavaScript's JSON.stringify writes, so that a
// handler that hashes the body it parsed and wrote again, as Vidiking's own sample handler does, still agrees with its signature.
//
// Only the shape of render.complete is documented, with the names error (of a failed job) and balance (of wallet.low_balance).
// The rest is the program's own, in the same spirit; shape.go says at each which it is. The package leaves signing and sending
// to others.
package sample
