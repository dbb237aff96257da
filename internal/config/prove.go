package config

import (
	"errors"
	"maps"
	"slices"
)

// proveSet proves, before it is written, that after has the setting with that value, everything else as it was, and every comment.
func (d *document) proveSet(after []byte, id settingID, value string) error {
	want := d.meaning()
	want[id] = value
	got, err := provenRest(d, after, want, id.profile)
	if err != nil {
		return err
	}
	if id.profile != "" && !got.hasProfile(id.profile) || !slices.Equal(d.remarks(), got.remarks()) {
		return errNotProven
	}
	return nil
}

// proveUnset proves, before it is written, that after lacks the setting, and has everything else as it was.
func (d *document) proveUnset(after []byte, id settingID) error {
	want := d.meaning()
	delete(want, id)
	_, err := provenRest(d, after, want, id.profile)
	return err
}

// errNotProven is an error of this program's, kept from doing harm.
var errNotProven = errors.New("this change can't be made without another: edit the file by hand")

// provenRest reads after and proves that it means what is wanted. The profile named may have come or gone.
func provenRest(before *document, after []byte, want map[settingID]string, profile string) (*document, error) {
	got, f := parse(after)
	if f != nil {
		return nil, &Error{Msg: "this change can't be made: " + maskSecrets(f.msg), Hint: maskSecrets(f.hint)}
	}
	others := func(d *document) []string {
		return slices.DeleteFunc(d.profileNames(), func(name string) bool { return name == profile })
	}
	if !maps.Equal(want, got.meaning()) || !slices.Equal(others(before), others(got)) {
		return nil, errNotProven
	}
	return got, nil
}

// meaning is what the file sets, whatever it looks like.
func (d *document) meaning() map[settingID]string {
	meaning := make(map[settingID]string, len(d.settings)+1)
	for _, s := range d.settings {
		meaning[s.settingID] = s.text
	}
	return meaning
}

// remarks are the comments.
func (d *document) remarks() []string {
	remarks := make([]string, len(d.comments))
	for i, c := range d.comments {
		remarks[i] = string(d.text[c.from:c.to])
	}
	return remarks
}
