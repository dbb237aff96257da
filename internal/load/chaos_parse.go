package load

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// Bounds of what ParseChaos takes.
const (
	maxDuplicate = 100       // a provider that sends the same a hundred times is broken in another way
	maxShuffle   = 100_000   // so many are kept in memory
	maxDelay     = time.Hour // who wants more wants a cron job
	maxTruncate  = 1_000_000 // rarer than once a run
	defaultTwice = 2         // of duplicate alone
	exampleChaos = "duplicate=2,shuffle=7,delay=100ms,truncate=10"
)

// ChaosError says what is wrong with a chaos, and where.
type ChaosError struct {
	Text   string // the whole of it
	Column int    // in characters, from 1
	Width  int    // in characters
	Msg    string // lower case, no full stop
	Hint   string
}

func (e *ChaosError) Error() string { return e.Msg }

// ParseChaos reads a chaos as it is written on a command line: kinds with commas between them, as in
// duplicate=2,shuffle=7,delay=100ms,truncate. The error is a *ChaosError.
func ParseChaos(text string) (Chaos, error) {
	var c Chaos
	var seen []string
	at := 0
	for part := range strings.SplitSeq(text, ",") {
		p := chaosPart{whole: text, at: at, text: part}
		name, err := p.read(&c)
		if err == nil && slices.Contains(seen, name) {
			err = p.wrong(0, len(part), "--chaos says "+name+" twice", "leave one of them out")
		}
		if err != nil {
			return Chaos{}, err
		}
		seen = append(seen, name)
		at += len(part) + 1
	}
	return c, nil
}

// chaosPart is what stands between two commas.
type chaosPart struct {
	whole string
	at    int // where it begins, in bytes
	text  string
}

// read reads the part into c and returns its name.
func (p chaosPart) read(c *Chaos) (name string, err error) {
	name, value, given := strings.Cut(p.text, "=")
	v := chaosValue{part: p, name: name, from: len(name) + 1, text: value, given: given}
	switch name {
	case duplicateName:
		c.Duplicate, err = v.number(2, maxDuplicate, defaultTwice)
	case shuffleName:
		c.Shuffle, err = v.number(2, maxShuffle, 0)
	case delayName:
		c.Delay, err = v.duration()
	case truncateName:
		c.Truncate, err = v.number(1, maxTruncate, 1)
	case "":
		err = p.wrong(0, max(1, len(p.text)), "a kind of chaos is missing", "as in "+exampleChaos)
	default:
		hint := "there are " + strings.Join(chaosNames(), ", ")
		if near := suggest.Closest(name, chaosNames()); near != "" {
			hint = "did you mean " + near + "?"
		}
		err = p.wrong(0, len(name), "there is no chaos "+name, hint)
	}
	return name, err
}

// wrong is the error of some bytes of the part.
func (p chaosPart) wrong(from, length int, what, hint string) error {
	start := p.at + from
	end := min(start+length, len(p.whole))
	return &ChaosError{
		Text: p.whole, Column: utf8.RuneCountInString(p.whole[:min(start, len(p.whole))]) + 1,
		Width: max(1, utf8.RuneCountInString(p.whole[min(start, end):end])), Msg: what, Hint: hint,
	}
}

// chaosValue is what stands behind the = of a part.
type chaosValue struct {
	part  chaosPart
	name  string
	from  int
	text  string
	given bool
}

// number reads a whole number between bounds. Without one it is what the name alone means; 0 is that it means nothing.
func (v chaosValue) number(least, most, alone int) (int, error) {
	if !v.given && alone > 0 {
		return alone, nil
	}
	if v.text == "" {
		return 0, v.missing(fmt.Sprintf("as in %s=7", v.name))
	}
	n, err := strconv.Atoi(v.text)
	if err != nil || n < least || n > most {
		return 0, v.part.wrong(v.from, len(v.text), v.name+" can't be "+v.text,
			fmt.Sprintf("it is a whole number from %d to %d", least, most))
	}
	return n, nil
}

func (v chaosValue) duration() (time.Duration, error) {
	if v.text == "" {
		return 0, v.missing("as in delay=100ms")
	}
	d, err := time.ParseDuration(v.text)
	if err != nil || d <= 0 || d > maxDelay {
		return 0, v.part.wrong(v.from, len(v.text), v.name+" can't be "+v.text, "a duration up to 1h, as in 100ms or 2s")
	}
	return d, nil
}

func (v chaosValue) missing(hint string) error {
	return v.part.wrong(0, len(v.part.text), v.name+" has no value", hint)
}
