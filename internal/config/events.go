package config

import (
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// checkEvents checks a list of events, in which * stands for any characters. The empty list means all of them. A name outside
// Vidiking's documentation is let through, since there may be new ones; but not where it is near to one that is documented, for a
// typo here would keep every delivery from being forwarded without a word.
func checkEvents(value string) *problem {
	if p := checkText(value); value != "" && p != nil {
		return p
	}
	for _, name := range splitList(value) {
		if p := checkEvent(name); p != nil {
			return p
		}
	}
	return nil
}

func checkEvent(name string) *problem {
	if name == "" {
		return &problem{"has an empty name between commas", "like render.*,wallet.deposit"}
	}
	for i := range len(name) {
		if c := name[i]; !isBareKeyByte(c) && c != '.' && c != '*' {
			return &problem{fmt.Sprintf("can't hold %q", name), "events separated by commas, like render.*,wallet.deposit"}
		}
	}
	if near, known := webhook.KnownEvent(name); !known && near != "" {
		return &problem{fmt.Sprintf("names no event: %s", name), "did you mean " + near + "?"}
	}
	return nil
}
