package cmdutil

import (
	"fmt"
	"io"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

// MaxData is the largest body that is read: six times what the ingress takes unless told otherwise.
const MaxData = 64 << 20

// ReadBody reads a file, or stdin where the name is -, byte for byte. Shown is how to name it.
func ReadBody(a *App, name, hint string) (body []byte, shown string, err error) {
	from, shown := a.W.Stdin, name
	if name == "-" {
		shown = "stdin"
	} else {
		file, err := atomicfile.OpenInput(Path(a, name))
		if err != nil {
			return nil, shown, Failed(err, "can't read "+name+": "+PathReason(err), hint)
		}
		defer func() { _ = file.Close() }()
		from = file
	}
	body, err = io.ReadAll(io.LimitReader(from, MaxData+1))
	if err != nil {
		return nil, shown, Failed(err, "can't read "+shown+": "+PathReason(err), hint)
	}
	if len(body) > MaxData {
		return nil, shown, Usage(fmt.Sprintf("%s is larger than %d MiB", shown, MaxData>>20), "use a smaller body")
	}
	return body, shown, nil
}
