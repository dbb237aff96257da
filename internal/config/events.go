package config

import "fmt"

// checkEvents checks a list of event names, in which * matches any characters. An empty list means all events. Names that Vidiking does not
// document are allowed, because there may be new ones.
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
		return newProblem("has an empty name between commas", "for example render.*,wallet.deposit")
	}
	for i := range len(name) {
		if c := name[i]; !isBareKeyByte(c) && c != '.' && c != '*' {
			return newProblem(fmt.Sprintf("has an invalid event name: %q", name), "use event names separated by commas, such as render.*,wallet.deposit")
		}
	}
	return nil
}
