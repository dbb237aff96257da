package filter

import (
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/suggest"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// FailedName is the status that selects the deliveries whose Summary.Failed(). No delivery has it.
const FailedName = "failed"

// Names lists the words that a key of the kind Names knows.
func (k Key) Names() []string {
	var names []string
	for _, c := range k.candidates() {
		names = append(names, c.Text)
	}
	return names
}

// value reads one value of a key.
func (p *parser) value(k Key, at piece) (Value, *Error) {
	if at.text == "" && k != Event { // that of what is no payload is empty
		return Value{}, p.wrong(at, "there is nothing to look for", "as in "+orWord(k.example()))
	}
	switch k.Kind() {
	case Names:
		return p.name(k, at)
	case Patterns: // of any event: the log may have some that are not documented
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
	article := "a "
	if k == Origin {
		article = "an "
	}
	near := suggest.Closest(at.text, all)
	return Value{}, p.wrong(at, "there is no "+string(k)+" "+at.text, didYouMean(near, article+string(k)+" is one of "+listed(all)))
}

func named(name string) Value { return Value{Name: name, written: name} }

func (p *parser) id(at piece) (Value, *Error) {
	prefix, ok := webhook.ParsePrefix(at.text)
	if !ok {
		return Value{}, p.wrong(at, "no id begins with "+at.text, "an id is dlv_ and ten characters, or the beginning of it, as in "+ID.example())
	}
	return Value{Name: prefix, written: prefix}, nil
}
