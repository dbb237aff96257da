package webhookscmd

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

// checkHTTPFile rejects stdout as an .http file, because its bodies need a directory next to it, and names that have a meaning inside an
// .http file.
func checkHTTPFile(path string) error {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. "
	switch base := filepath.Base(path); {
	case path == "-":
		return cmdutil.Usage("--format http needs a file, because the bodies are written next to it", "for example: -O deliveries.http")
	case strings.Trim(base, allowed) != "" || strings.Trim(base, ". ") == "":
		return cmdutil.Usage("an .http file cannot refer to bodies next to "+base, "use letters, digits, - and _: -O deliveries.http")
	}
	return nil
}

// bodiesDir returns the name of the directory with the bodies of an .http file: failed-bodies for failed.http.
func bodiesDir(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base)) + "-bodies"
}

// writeBody writes a body into the directory next to an .http file.
func writeBody(path, name string, body []byte) error {
	dir := filepath.Join(filepath.Dir(path), bodiesDir(path))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(dir, name), 0o600, body)
}
