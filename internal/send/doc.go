// Package send sends new and recorded deliveries: it finds their destination, sends them one at a time or as a load run, and checks the
// responses. The commands trigger and replay and the actions of the screen use it.
package send
