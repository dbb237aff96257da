package cli

import (
	"fmt"
	"io"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

// maxData is the largest body that is read: six times what the ingress takes unless told otherwise.
const maxData = 64 << 20

// readBody reads a file, or stdin where the name is -, byte for byte. Shown is how to name it.
func (a *app) readBody(name, hint string) (body []byte, shown string, err error) {
	from, shown := a.w.Stdin, name
	if name == "-" {
		shown = "stdin"
	} else {
		file, err := atomicfile.OpenInput(a.path(name))
		if err != nil {
			return nil, shown, failed(err, "can't read "+name+": "+pathReason(err), hint)
		}
		defer func() { _ = file.Close() }()
		from = file
	}
	body, err = io.ReadAll(io.LimitReader(from, maxData+1))
	if err != nil {
		return nil, shown, failed(err, "can't read "+shown+": "+pathReason(err), hint)
	}
	if len(body) > maxData {
		return nil, shown, usage(fmt.Sprintf("%s is larger than %d MiB", shown, maxData>>20), "use a smaller body")
	}
	return body, shown, nil
}
