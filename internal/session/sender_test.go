package session

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const testToken = "k3v9-dG9rZW4_b2YtdGhlLXNlc3Npb24"

func TestParseSenderRoundTrip(t *testing.T) {
	info, err := NewInfo(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []Sender{
		{Token: info.Token, Origin: webhook.OriginTrigger},
		{Token: info.Token, Origin: webhook.OriginReplay},
		{Token: info.Token, Origin: webhook.OriginReplay, Parent: "dlv_0123456789"},
		{Token: info.Token, Origin: webhook.OriginReplay, Target: "http://localhost:3000/a;b?c=d&e=%20 f", Host: "app.test:8080", Probe: true},
		{Token: info.Token, Origin: webhook.OriginTrigger, Expect: "401 4xx"},
	} {
		if got, ok := ParseSender(want.String(), info.Token); !ok || got != want {
			t.Errorf("ParseSender(%q) = %+v, %t; want %+v", want, got, ok, want)
		}
	}
}

func TestParseSenderRejectsInvalidValues(t *testing.T) {
	const right = "token=" + testToken
	tests := []struct {
		name, value, token string
		want               bool
	}{
		{"right", right + "; origin=trigger", testToken, true},
		{"of the emulator", right + "; origin=emulator", testToken, true},
		{"in another order, without spaces", "origin=replay;parent=dlv_0123456789;" + right, testToken, true},
		{"empty", "", testToken, false},
		{"no token", "origin=trigger", testToken, false},
		{"an empty token", "token=; origin=trigger", testToken, false},
		{"a session without a token", "token=; origin=trigger", "", false},
		{"no token for a session without one", "origin=trigger", "", false},
		{"another token", "token=guess; origin=trigger", testToken, false},
		{"a prefix", "token=" + testToken[:8] + "; origin=trigger", testToken, false},
		{"a longer token", right + "x; origin=trigger", testToken, false},
		{"different case", "token=" + strings.ToUpper(testToken) + "; origin=trigger", testToken, false},
		{"in quotes", `token="` + testToken + `"; origin=trigger`, testToken, false},
		{"no origin", right, testToken, false},
		{"an origin other than trigger and replay", right + "; origin=tunnel", testToken, false},
		{"an unknown origin", right + "; origin=x", testToken, false},
		{"a parent that is not an id", right + "; origin=replay; parent=dlv_1", testToken, false},
		{"a parent with trailing text", right + "; origin=replay; parent=dlv_0123456789x", testToken, false},
		{"an unknown field", right + "; origin=trigger; as=root", testToken, false},
		{"a field without a value", right + "; origin=trigger; parent", testToken, false},
		{"a trailing semicolon", right + "; origin=trigger;", testToken, false},
		{"no fields", ";;;", testToken, false},
		{"the token twice, the second one correct", "token=guess; " + right + "; origin=trigger", testToken, false},
		{"the token twice, the first one correct", right + "; token=guess; origin=trigger", testToken, false},
		{"an invalid escape in the target", right + "; origin=replay; target=%zz", testToken, false},
		{"an invalid probe value", right + "; origin=replay; probe=yes", testToken, false},
		{"two targets", right + "; origin=replay; target=a; target=b", testToken, false},
		{"two origins", right + "; origin=trigger; origin=replay", testToken, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, ok := ParseSender(test.value, test.token)
			if ok != test.want {
				t.Errorf("ParseSender(%q, %q) = %+v, %t; want %t", test.value, test.token, s, ok, test.want)
			}
			if !ok && s != (Sender{}) {
				t.Errorf("ParseSender(%q, %q) = %+v without ok, want the zero Sender", test.value, test.token, s)
			}
		})
	}
}

func FuzzTrust(f *testing.F) {
	for _, value := range []string{
		"", ";", "=", "token=" + testToken + "; origin=trigger", "token=" + testToken + "; origin=replay; parent=dlv_0123456789",
		"token=" + testToken + "; origin=replay; target=http%3A%2F%2Fa%2F; host=b; expect=4xx+401; probe=1", "token=;origin=trigger", "token=\x00\xff; origin=replay",
	} {
		f.Add(value, testToken)
		f.Add(value, "")
	}
	f.Fuzz(func(t *testing.T, value, token string) {
		s, ok := ParseSender(value, token)
		if !ok {
			if s != (Sender{}) {
				t.Errorf("ParseSender(%q, %q) = %+v without ok", value, token, s)
			}
			return
		}
		if token == "" || s.Token != token || !strings.Contains(value, "token="+token) {
			t.Errorf("ParseSender(%q, %q) = %+v, which does not have the token", value, token, s)
		}
		if s.Origin != webhook.OriginTrigger && s.Origin != webhook.OriginReplay || s.Parent != "" && !webhook.IsID(string(s.Parent)) {
			t.Errorf("ParseSender(%q, %q) = %+v, which no command sends", value, token, s)
		}
		if again, ok := ParseSender(s.String(), token); !ok || again != s {
			t.Errorf("ParseSender(%q, %q) = %+v, but %q gives %+v, %t", value, token, s, s, again, ok)
		}
	})
}
