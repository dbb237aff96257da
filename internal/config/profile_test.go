package config_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/config"
)

func TestTheFlagOverridesTheProfileOfTheEnvironmentAndTheFile(t *testing.T) {
	t.Parallel()
	const text = "profile = \"a\"\n[profiles.a]\n[profiles.b]\n[profiles.c]\n"
	for _, test := range []struct {
		name, flag, env string
		want            string
		source          config.Source
	}{
		{"flag", "c", "b", "c", "flag --profile"},
		{"environment", "", "b", "b", "environment VIDIKING_PROFILE"},
		{"file", "", "", "a", "file"},
		{"the top level by name", "default", "b", "default", "flag --profile"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t).write(text)
			h.env["VIDIKING_PROFILE"] = test.env
			c := h.load(config.Flags{Profile: test.flag})
			v, err := c.Get("profile")
			if err != nil {
				t.Fatal(err)
			}
			if c.Profile() != test.want || v.Text != test.want || v.Source != test.source {
				t.Errorf("flag %q, environment %q: got %s (%s, %s), want %s (%s)", test.flag, test.env, c.Profile(), v.Text, v.Source, test.want, test.source)
			}
		})
	}
}

func TestAnUnknownProfileListsTheExistingOnes(t *testing.T) {
	t.Parallel()
	h := newHome(t).write("[profiles.staging]\n[profiles.prod]\n")
	_, err := config.Load(h.world(), config.Flags{Profile: "stagin"})
	var unknown *config.UnknownError
	if !errors.As(err, &unknown) {
		t.Fatalf("Load: got %v, want an UnknownError", err)
	}
	if got, want := err.Error(), `unknown profile "stagin"`; got != want {
		t.Errorf("error: got %q, want %q", got, want)
	}
	if got, want := unknown.Advice(), "did you mean staging? Profiles: default, prod, staging"; got != want {
		t.Errorf("hint: got %q, want %q", got, want)
	}
	if _, err := config.Load(h.world(), config.Flags{Profile: "stagin", NewProfile: true}); err != nil {
		t.Errorf("Load with NewProfile: %v", err)
	}
}

func TestAnInvalidProfileNameIsNotReportedAsUnknown(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.env["VIDIKING_PROFILE"] = "a b"
	_, err := config.Load(h.world(), config.Flags{NewProfile: true})
	if got, want := fmt.Sprint(err), `invalid value "a b" for VIDIKING_PROFILE`; got != want {
		t.Errorf("Load: got %s, want %s", got, want)
	}
	_, err = config.Load(h.world(), config.Flags{Profile: "a/b"})
	if got, want := fmt.Sprint(err), `invalid value "a/b" for --profile`; got != want {
		t.Errorf("Load: got %s, want %s", got, want)
	}
}
