package webhookscmd

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

// checkHTTP refuses an .http file that its bodies could not stand beside, or whose name would mean something within it.
func (o *exportOptions) checkHTTP() error {
	if o.format != formatHTTP {
		return nil
	}
	const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. "
	switch base := filepath.Base(o.out); {
	case o.out == "-":
		return cmdutil.Usage("--format http needs a file, since the bodies stand beside it", "as in -O deliveries.http")
	case strings.Trim(base, harmless) != "" || strings.Trim(base, ". ") == "":
		return cmdutil.Usage("an .http file can't name its bodies beside "+base, "use letters, digits, - and _: -O deliveries.http")
	}
	return nil
}

// bodies is the directory beside an .http file: failed-bodies for failed.http.
func (o *exportOptions) bodies() string {
	base := filepath.Base(o.out)
	return strings.TrimSuffix(base, filepath.Ext(base)) + "-bodies"
}

// putBody writes a body into that directory.
func (x *exporting) putBody(name string, body []byte) error {
	dir := filepath.Join(filepath.Dir(cmdutil.Path(x.app, x.o.out)), x.o.bodies())
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(dir, name), 0o600, body)
}
