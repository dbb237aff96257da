package cli

import (
	"strings"

	"github.com/spf13/pflag"
)

// repeatedFlag is a flag that may be given several times. pflag's own would write each one's default through encoding/csv, whenever the
// program starts.
type repeatedFlag struct {
	values    *[]string
	separator string // what stands between the values of one flag; empty where one has one value
}

var _ pflag.Value = (*repeatedFlag)(nil)

// repeated takes one value each time.
func repeated(values *[]string) *repeatedFlag { return &repeatedFlag{values: values} }

// repeatedList takes one or more each time, with commas between.
func repeatedList(values *[]string) *repeatedFlag {
	return &repeatedFlag{values: values, separator: ","}
}

func (f *repeatedFlag) Set(v string) error {
	if f.separator == "" {
		*f.values = append(*f.values, v)
		return nil
	}
	*f.values = append(*f.values, strings.Split(v, f.separator)...)
	return nil
}

func (f *repeatedFlag) String() string { return strings.Join(*f.values, f.separator) }

// Type has Array in it, by which Cobra knows that the flag is to be offered again.
func (f *repeatedFlag) Type() string { return "textArray" }
