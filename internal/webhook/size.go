package webhook

import "strings"

// UnitOfBytes returns the number of bytes in a unit: kB, MB, GB are powers of 1000; KiB, MiB, GiB are powers of 1024; B or "" is
// one byte. Case does not matter.
func UnitOfBytes(unit string) (bytes int64, ok bool) {
	switch strings.ToLower(unit) {
	case "", "b":
		return 1, true
	case "kb":
		return 1e3, true
	case "mb":
		return 1e6, true
	case "gb":
		return 1e9, true
	case "kib":
		return 1 << 10, true
	case "mib":
		return 1 << 20, true
	case "gib":
		return 1 << 30, true
	}
	return 0, false
}
