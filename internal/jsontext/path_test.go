package jsontext_test

import (
	"encoding/json"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

// FuzzPathTo checks that a printed path can be typed.
func FuzzPathTo(f *testing.F) {
	f.Add("data", "url")
	f.Add("a.b", `x"[0]`)
	f.Add("", "")
	f.Add("é=", "0")
	f.Fuzz(func(t *testing.T, outer, inner string) {
		body, err := json.Marshal(map[string]any{outer: map[string]any{inner: []int{1, 2}}})
		if err != nil {
			t.Skip(err)
		}
		p, err := jsontext.ParseObject(body)
		if err != nil {
			t.Fatal(err)
		}
		path := jsontext.PathToItem(jsontext.PathTo(jsontext.PathTo("", outer), inner), 1)
		if got, ok := p.Get(path); !ok || string(got) != "2" {
			t.Errorf("Get(%s) in %s = %q, %t, want 2", path, body, got, ok)
		}
	})
}
