package hosts

import "testing"

func TestHosts(t *testing.T) {
	t.Parallel()
	type is struct{ localhost, here, alone bool }
	for host, want := range map[string]is{
		"localhost":         {localhost: true, here: true, alone: true},
		"LocalHost":         {localhost: true, here: true, alone: true},
		"localhost.":        {localhost: true, here: true},
		"a.b.LOCALHOST.":    {localhost: true, here: true},
		"127.0.0.1":         {here: true, alone: true},
		"127.8.8.8":         {here: true, alone: true},
		"::1":               {here: true, alone: true},
		"::ffff:127.0.0.1":  {here: true, alone: true},
		"0.0.0.0":           {here: true},
		"::":                {here: true},
		"::ffff:0.0.0.0":    {here: true},
		"":                  {},
		"notlocalhost":      {},
		"localhost.example": {},
		"127.1":             {},
		"10.0.0.1":          {},
		"169.254.0.1":       {},
		"::2":               {},
		"[::1]":             {},
	} {
		if got := (is{IsLocalhost(host), IsLocal(host), IsLoopback(host)}); got != want {
			t.Errorf("%q: got %+v, want %+v", host, got, want)
		}
	}
}
