package cmdutil

import (
	"strings"

	"github.com/spf13/pflag"
)

// RepeatedFlag is a flag that may be given several times. It replaces pflag's slice flags because they format their defaults with
// encoding/csv at every start of the program.
type RepeatedFlag struct {
	values    *[]string
	separator string // separates values given in one flag; empty if each flag has one value
}

var _ pflag.Value = (*RepeatedFlag)(nil)

// Repeated returns a flag that takes one value each time.
func Repeated(values *[]string) *RepeatedFlag { return &RepeatedFlag{values: values} }

// RepeatedList returns a flag that takes a comma-separated list each time.
func RepeatedList(values *[]string) *RepeatedFlag {
	return &RepeatedFlag{values: values, separator: ","}
}

// Set adds a value.
func (f *RepeatedFlag) Set(v string) error {
	if f.separator == "" {
		*f.values = append(*f.values, v)
		return nil
	}
	*f.values = append(*f.values, strings.Split(v, f.separator)...)
	return nil
}

func (f *RepeatedFlag) String() string { return strings.Join(*f.values, f.separator) }

// Type contains "Array", which tells Cobra to offer the flag again in completions.
func (f *RepeatedFlag) Type() string { return "textArray" }
