package config

import "os"

// isNull reports whether path is the null device, which users set to have no configuration. It is read as an empty file and never written,
// because replacing it would remove the device for the whole system.
func isNull(path string) bool {
	if path == os.DevNull {
		return true
	}
	null, err := os.Stat(os.DevNull)
	if err != nil {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && os.SameFile(null, info)
}
