package filter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/suggest"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// FailedName is the status that selects failed deliveries (see webhook.Summary.Failed). No delivery has this status.
const FailedName = "failed"

// Names returns the possible values of a key of kind Names.
func (k Key) Names() []string {
	var names []string
	for _, c := range k.candidates() {
		names = append(names, c.Text)
	}
	return names
}

// value parses one value of a key.
func (p *parser) value(k Key, at piece) (Value, *Error) {
	if at.text == "" && k != Event { // a body that is not a payload has an empty event
		return Value{}, p.wrong(at, "the search text is empty", "for example "+orWord(k.example()))
	}
	switch k.Kind() {
	case Names:
		return p.name(k, at)
	case Patterns: // any event, because the log may contain undocumented ones
		return Value{Name: at.text, written: at.text}, nil
	case Numbers:
		return p.number(k, at)
	case Prefixes:
		return p.id(at)
	default:
		return Value{Text: newText(at.text), written: at.text}, nil
	}
}

func orWord(example string) string {
	if example == "" {
		return `job_9bn2ze or "out of memory"`
	}
	return example
}

func (p *parser) name(k Key, at piece) (Value, *Error) {
	name, all := strings.ReplaceAll(strings.ToLower(at.text), "-", "_"), k.Names()
	if slices.Contains(all, name) {
		return named(name), nil
	}
	closest := suggest.Closest(at.text, all)
	return Value{}, p.wrong(at, fmt.Sprintf("unknown %s %q", k, at.text), didYouMean(closest, "choose from "+listed(all)))
}

func named(name string) Value { return Value{Name: name, written: name} }

func (p *parser) id(at piece) (Value, *Error) {
	prefix, ok := webhook.ParsePrefix(at.text)
	if !ok {
		return Value{}, p.wrong(at, fmt.Sprintf("invalid id %q", at.text), "use the first characters of an id, for example "+ID.example())
	}
	return Value{Name: prefix, written: prefix}, nil
}
