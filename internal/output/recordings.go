package output

import (
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// Imported is the result of `webhooks import`.
type Imported struct {
	store.Imported
	Masked int // deliveries in the recording with masked headers
}

type jsonImported struct {
	kind
	Imported int `json:"imported"`
	Present  int `json:"present"`
	Masked   int `json:"masked"`
	Beyond   int `json:"beyond_retention"`
}

// PrintImported prints the result of an import.
func PrintImported(o Options, i Imported) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonImported{of("summary"), i.Added, i.Present, i.Masked, i.Beyond})
	}
	p := newText(o)
	sentence := display.Deliveries(i.Added) + " imported"
	switch {
	case i.Added+i.Present == 0:
		sentence = "Nothing to import: the recording is empty."
	case i.Added == 0:
		sentence = fmt.Sprintf("Nothing to import: all %s are already in the log.", display.Count(i.Present))
	case i.Present == 1:
		sentence += ", 1 was already in the log"
	case i.Present > 0:
		sentence += ", " + display.Count(i.Present) + " were already in the log"
	}
	if i.Masked > 0 && i.Added > 0 {
		sentence += "; to replay those with masked headers: vidiking replay ID --resign"
	}
	p.ClosingLine(sentence)
	if i.Beyond > 0 {
		p.Warning("retention", display.Count(i.Beyond)+" of them exceed the log's retention (100,000 deliveries, 1 GiB, 30 days)",
			[]string{"the next listen prunes them; keep the recording"})
	}
	return p.out.err
}

// Pruned is the result of `webhooks prune`, or of its dry run.
type Pruned struct {
	Deliveries int
	Projects   string // how many belong to which project, in parentheses after a space; empty if all belong to one
	BodyBytes  int64  // total size of their payloads
	Freed      int64  // disk space that was freed
}

type jsonPruned struct {
	kind
	Pruned     int   `json:"pruned"`
	BodyBytes  int64 `json:"body_bytes"`
	FreedBytes int64 `json:"freed_bytes"`
	DryRun     bool  `json:"dry_run,omitempty"`
}

// PrintPruned prints the result of a prune.
func PrintPruned(o Options, d Pruned) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonPruned{of("summary"), d.Deliveries, d.BodyBytes, d.Freed, false})
	}
	p := newText(o)
	p.ClosingLine(fmt.Sprintf("%s deleted%s, %s freed", display.Deliveries(d.Deliveries), d.Projects, display.Bytes(d.Freed)))
	return p.out.err
}

// PrintPruneDryRun prints what a prune would remove.
func PrintPruneDryRun(o Options, d Pruned) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonPruned{of("summary"), d.Deliveries, d.BodyBytes, 0, true})
	}
	p := newText(o)
	p.ClosingLine(fmt.Sprintf("Would remove %s%s with %s of payload", display.Deliveries(d.Deliveries), d.Projects, display.Bytes(d.BodyBytes)))
	return p.out.err
}
