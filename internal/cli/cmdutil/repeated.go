package cmdutil

import (
	"strings"

	"github.com/spf13/pflag"
)

// RepeatedFlag is a flag that may be given several times. pflag's own would write each one's default through encoding/csv, whenever the
// program starts.
type RepeatedFlag struct {
	values    *[]string
	separator string // what stands between the values of one flag; empty where one has one value
}

var _ pflag.Value = (*RepeatedFlag)(nil)

// Repeated takes one value each time.
func Repeated(values *[]string) *RepeatedFlag { return &RepeatedFlag{values: values} }

// RepeatedList takes one or more each time, with commas between.
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

// Type has Array in it, by which Cobra knows that the flag is to be offered again.
func (f *RepeatedFlag) Type() string { return "textArray" }
