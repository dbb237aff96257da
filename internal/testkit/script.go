package testkit

import "sync/atomic"

// Script is a fault that a test injects into a stand-in: the stand-in calls [Run] before it does its work, and fails if that fails. Without a
// function, it never fails. A function can also panic or block.
type Script = atomic.Pointer[func() error]

// Run runs a script.
func Run(script *Script) error {
	if f := script.Load(); f != nil {
		return (*f)()
	}
	return nil
}

// Failing returns a script that fails every call.
func Failing(err error) *func() error {
	script := func() error { return err }
	return &script
}

// FailingOn returns a script that calls fault on the calls with these numbers, counted from 1.
func FailingOn(fault func() error, calls ...int64) *func() error {
	var n atomic.Int64
	script := func() error {
		call := n.Add(1)
		for _, c := range calls {
			if c == call {
				return fault()
			}
		}
		return nil
	}
	return &script
}
