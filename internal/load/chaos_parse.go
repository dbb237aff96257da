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

// Limits for ParseChaos.
const (
	maxDuplicate = 100       // more copies would test nothing new
	maxShuffle   = 100_000   // a group is kept in memory
	maxDelay     = time.Hour // longer delays are a job for cron
	maxTruncate  = 1_000_000 // rarer than once in a run
	defaultTwice = 2         // for duplicate without a number
	exampleChaos = "duplicate=2,shuffle=7,delay=100ms,truncate=10"
)

// ChaosError reports invalid text for a Chaos.
type ChaosError struct {
	Text   string // the entire text
	Column int    // in characters, from 1
	Width  int    // in characters
	Msg    string // lower case, without a period
	Hint   string
}

func (e *ChaosError) Error() string { return e.Msg }

// ParseChaos parses a comma-separated list of kinds, such as duplicate=2,shuffle=7,delay=100ms,truncate. The error is a *ChaosError.
func ParseChaos(text string) (Chaos, error) {
	var c Chaos
	var seen []string
	at := 0
	for part := range strings.SplitSeq(text, ",") {
		p := chaosPart{whole: text, at: at, text: part}
		name, err := p.read(&c)
		if err == nil && slices.Contains(seen, name) {
			err = p.wrong(0, len(part), "--chaos lists "+name+" twice", "remove one of them")
		}
		if err != nil {
			return Chaos{}, err
		}
		seen = append(seen, name)
		at += len(part) + 1
	}
	return c, nil
}

// chaosPart is the text between two commas.
type chaosPart struct {
	whole string
	at    int // start, in bytes
	text  string
}

// read parses the part into c and returns its name.
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
		err = p.wrong(0, max(1, len(p.text)), "missing kind of chaos", "for example "+exampleChaos)
	default:
		hint := "choose from " + strings.Join(chaosNames(), ", ")
		if closest := suggest.Closest(name, chaosNames()); closest != "" {
			hint = fmt.Sprintf("did you mean %q?", closest)
		}
		err = p.wrong(0, len(name), fmt.Sprintf("unknown kind of chaos %q", name), hint)
	}
	return name, err
}

// wrong returns an error for a range of bytes in the part.
func (p chaosPart) wrong(from, length int, what, hint string) error {
	start := p.at + from
	end := min(start+length, len(p.whole))
	return &ChaosError{
		Text: p.whole, Column: utf8.RuneCountInString(p.whole[:min(start, len(p.whole))]) + 1,
		Width: max(1, utf8.RuneCountInString(p.whole[min(start, end):end])), Msg: what, Hint: hint,
	}
}

// chaosValue is the text after the = in a part.
type chaosValue struct {
	part  chaosPart
	name  string
	from  int
	text  string
	given bool
}

// number parses an integer between least and most. Without a value it returns alone, unless alone is 0: then a value is required.
func (v chaosValue) number(least, most, alone int) (int, error) {
	if !v.given && alone > 0 {
		return alone, nil
	}
	if v.text == "" {
		return 0, v.missing(fmt.Sprintf("for example %s=7", v.name))
	}
	n, err := strconv.Atoi(v.text)
	if err != nil || n < least || n > most {
		return 0, v.part.wrong(v.from, len(v.text), fmt.Sprintf("invalid value %q for %s", v.text, v.name),
			fmt.Sprintf("use a whole number from %d to %d", least, most))
	}
	return n, nil
}

func (v chaosValue) duration() (time.Duration, error) {
	if v.text == "" {
		return 0, v.missing("for example delay=100ms")
	}
	d, err := time.ParseDuration(v.text)
	if err != nil || d <= 0 || d > maxDelay {
		return 0, v.part.wrong(v.from, len(v.text), fmt.Sprintf("invalid value %q for %s", v.text, v.name), "use a duration up to 1h, such as 100ms or 2s")
	}
	return d, nil
}

func (v chaosValue) missing(hint string) error {
	return v.part.wrong(0, len(v.part.text), v.name+" needs a value", hint)
}
