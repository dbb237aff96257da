package config

import "fmt"

// checkEvents checks a list of events, in which * stands for any characters. The empty list means all of them. Names outside
// Vidiking's documentation are allowed, because there may be new ones.
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
	return nil
}
