package sqlite

import (
	"errors"

	"github.com/ncruces/go-sqlite3"
)

// Function is a Go predicate that SQL can call by name.
type Function struct {
	Name  string
	Arity int // number of arguments; -1 for any
	Match func(Args) bool
}

// Aggregate is a Go predicate over the rows of a group.
type Aggregate struct {
	Name  string
	Arity int
	New   func() Aggregator
}

// Aggregator computes one result of an Aggregate.
type Aggregator interface {
	Step(Args) error
	Match() bool
}

// Args are the arguments of one call. They are valid until the call returns.
type Args []sqlite3.Value

// Pointer returns the value of an argument that was bound as a Pointer, or nil.
func (a Args) Pointer(i int) any { return a[i].Pointer() }

// Int returns an integer.
func (a Args) Int(i int) int64 { return a[i].Int64() }

// Bytes returns a string or blob without a copy, as the bytes that it is: SQLite's own functions stop at a NUL.
func (a Args) Bytes(i int) []byte { return a[i].RawBlob() }

func register(driver *sqlite3.Conn, functions []Function, aggregates []Aggregate) (err error) {
	const flags = sqlite3.DETERMINISTIC | sqlite3.INNOCUOUS
	for _, f := range functions {
		err = errors.Join(err, driver.CreateFunction(f.Name, f.Arity, flags, func(ctx sqlite3.Context, args ...sqlite3.Value) {
			ctx.ResultBool(f.Match(args))
		}))
	}
	for _, a := range aggregates {
		err = errors.Join(err, driver.CreateWindowFunction(a.Name, a.Arity, flags, func() sqlite3.AggregateFunction {
			return &aggregate{a.New()}
		}))
	}
	return err
}

// aggregate adapts an Aggregator to the driver's interface.
type aggregate struct{ Aggregator }

// Step adds one row.
func (a *aggregate) Step(ctx sqlite3.Context, args ...sqlite3.Value) {
	if err := a.Aggregator.Step(args); err != nil {
		ctx.ResultError(err)
	}
}

// Value reports the result.
func (a *aggregate) Value(ctx sqlite3.Context) { ctx.ResultBool(a.Match()) }
