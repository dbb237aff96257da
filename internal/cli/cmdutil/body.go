package cmdutil

import (
	"fmt"
	"io"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// MaxBody is the largest body that a command reads: six times the default limit of the ingress.
const MaxBody = 64 << 20

// ReadBody reads a file, or stdin if the name is -. The result shown is the input's name for messages.
func ReadBody(a *App, name, hint string) (body []byte, shown string, err error) {
	from, shown := a.Env.Stdin, name
	if name == "-" {
		shown = "stdin"
	} else {
		file, err := atomicfile.OpenInput(Path(a, name))
		if err != nil {
			return nil, shown, Failed(err, "cannot read "+name+": "+output.PathReason(err), hint)
		}
		defer func() { _ = file.Close() }()
		from = file
	}
	body, err = io.ReadAll(io.LimitReader(from, MaxBody+1))
	if err != nil {
		return nil, shown, Failed(err, "cannot read "+shown+": "+output.PathReason(err), hint)
	}
	if len(body) > MaxBody {
		return nil, shown, Usage(fmt.Sprintf("%s is larger than %d MiB", shown, MaxBody>>20), "use a smaller body")
	}
	return body, shown, nil
}
