package output

import (
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// Imported is what `webhooks import` did.
type Imported struct {
	store.Imported
	Masked int // of all in the recording, those that have masked headers
}

type jsonImported struct {
	kind
	Imported int `json:"imported"`
	Present  int `json:"present"`
	Masked   int `json:"masked"`
	Beyond   int `json:"beyond"`
}

// PrintImported says what an import did.
func PrintImported(o Options, i Imported) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonImported{of("summary"), i.Added, i.Present, i.Masked, i.Beyond})
	}
	p := newText(o)
	sentence := display.Deliveries(i.Added) + " imported"
	switch {
	case i.Added+i.Present == 0:
		sentence = "Nothing to import: there is no delivery in it."
	case i.Added == 0:
		sentence = fmt.Sprintf("Nothing to import: the log has all %s.", display.Count(i.Present))
	case i.Present == 1:
		sentence += ", 1 was there already"
	case i.Present > 0:
		sentence += ", " + display.Count(i.Present) + " were there already"
	}
	if i.Masked > 0 && i.Added > 0 {
		sentence += "; those with masked headers are sent again by: vidiking replay ID --resign"
	}
	p.ClosingLine(sentence)
	if i.Beyond > 0 {
		p.Warning("retention", display.Count(i.Beyond)+" of them are beyond what the log keeps (100,000 deliveries, 1 GiB, 30 days)",
			[]string{"the next listen lets go of them; keep the recording"})
	}
	return p.out.err
}

// Pruned is what `webhooks prune` did, or would do.
type Pruned struct {
	Deliveries int
	Projects   string // how many of them belong to which, in brackets after a space; empty if they are of one
	BodyBytes  int64  // of their payloads together
	Freed      int64  // what the disk has back
}

type jsonPruned struct {
	kind
	Pruned     int   `json:"pruned"`
	BodyBytes  int64 `json:"body_bytes"`
	FreedBytes int64 `json:"freed_bytes"`
	DryRun     bool  `json:"dry_run,omitempty"`
}

// PrintPruned says what was pruned.
func PrintPruned(o Options, d Pruned) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonPruned{of("summary"), d.Deliveries, d.BodyBytes, d.Freed, false})
	}
	p := newText(o)
	p.ClosingLine(fmt.Sprintf("%s removed%s, %s given back", display.Deliveries(d.Deliveries), d.Projects, display.Bytes(d.Freed)))
	return p.out.err
}

// PrintPruneDryRun says what would be pruned.
func PrintPruneDryRun(o Options, d Pruned) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonPruned{of("summary"), d.Deliveries, d.BodyBytes, 0, true})
	}
	p := newText(o)
	p.ClosingLine(fmt.Sprintf("%s would be removed%s, with %s of payload", display.Deliveries(d.Deliveries), d.Projects, display.Bytes(d.BodyBytes)))
	return p.out.err
}
