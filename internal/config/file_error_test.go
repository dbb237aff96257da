package config_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/config"
)

// shownError is a FileError as a person sees it: what, the place, what to do.
func shownError(e *config.FileError) string {
	under := strings.Repeat(" ", e.Column-1) + "^" + strings.Repeat("~", e.Width-1)
	return strings.Join([]string{e.Error(), e.Text, under, e.Hint}, "\n")
}

func TestWhatIsWrongInTheFileIsShownWhereItIs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{
			"a wrong value", "# mine\nverify = \"strickt\"\n", `
line 2, column 10: verify can't be "strickt"
verify = "strickt"
         ^~~~~~~~~
did you mean strict?`,
		},
		{
			"a number in place of a duration", "timeout = 10\n", `
line 1, column 11: timeout is a text with its unit, not a number
timeout = 10
          ^~
write timeout = "10s"`,
		},
		{
			"a text without quotes", "forward = localhost:3000 # dev\n", `
line 1, column 11: forward is a text in quotes
forward = localhost:3000 # dev
          ^~~~~~~~~~~~~~
write forward = "localhost:3000"`,
		},
		{
			"a list without quotes", "events = render.*, ai.*\n", `
line 1, column 10: events is a list of texts
events = render.*, ai.*
         ^~~~~~~~~~~~~~
write events = ["render.*", "ai.*"]`,
		},
		{
			"a list of something else", "events = [1, 2]\n", `
line 1, column 10: events holds something that is no text
events = [1, 2]
         ^~~~~~
like events = ["render.*", "wallet.deposit"]`,
		},
		{
			"a number in place of a list", "events = 1\n", `
line 1, column 10: events is a list of texts
events = 1
         ^
like events = ["render.*", "wallet.deposit"]`,
		},
		{
			"typographic quotes", "profiles.a.verify = “warn”\n", `
line 1, column 21: verify is a text in quotes
profiles.a.verify = “warn”
                    ^~~~~~
write verify = "warn"`,
		},
		{
			"a quote that is missing", "verify = \"warn\n", `
line 1, column 15: basic strings cannot have new lines
verify = "warn
              ^
a quote is missing`,
		},
		{
			"a list that is never closed", "verify = \"warn\"\nevents = [\n  \"render.*\",\n\n", `
line 2, column 1: array is incomplete
events = [
^
it begins here and never ends`,
		},
		{
			"a text in place of a list", "events = \"render.*,ai.*\"\n", `
line 1, column 10: events is a list of texts
events = "render.*,ai.*"
         ^~~~~~~~~~~~~~~
write events = ["render.*", "ai.*"]`,
		},
		{
			"a list in place of a text", "path = [\"/a\"]\n", `
line 1, column 8: path is one text, not a list
path = ["/a"]
       ^~~~~~
`,
		},
		{
			"a wrong item of a list", "events = [\n  \"render.*\",\n  \"wallet.depositt\", # x\n]\n", `
line 3, column 3: events names no event: wallet.depositt
  "wallet.depositt", # x
  ^~~~~~~~~~~~~~~~~
did you mean wallet.deposit?`,
		},
		{
			"a comma in an item", "events = [\"render.*,ai.*\"]\n", `
line 1, column 11: events has a comma in one of its texts
events = ["render.*,ai.*"]
          ^~~~~~~~~~~~~~~
write events = ["render.*", "ai.*"]`,
		},
		{
			"an unknown setting", "verfy = \"warn\"\n", `
line 1, column 1: there is no setting verfy
verfy = "warn"
^~~~~
did you mean verify?`,
		},
		{
			"a setting as the command line spells it", "max-body = \"1MiB\"\n", `
line 1, column 1: there is no setting max-body
max-body = "1MiB"
^~~~~~~~
in this file it is written max_body`,
		},
		{
			"a setting set twice", "verify = \"warn\"\n\nverify = \"off\"\n", `
line 3, column 1: verify is set twice: it is in line 1 too
verify = "off"
^~~~~~
keep one of them`,
		},
		{
			"an unknown table", "[staging]\n", `
line 1, column 2: there is no table staging
[staging]
 ^~~~~~~
a profile is written [profiles.staging]`,
		},
		{
			"a mistyped table", "[profile.staging]\n", `
line 1, column 2: there is no table profile
[profile.staging]
 ^~~~~~~
did you mean profiles?`,
		},
		{
			"a table of a setting's name", "[verify]\n", `
line 1, column 2: verify is a value, not a table
[verify]
 ^~~~~~
write verify = …`,
		},
		{
			"a profile written twice", "[profiles.a]\n[profiles.a]\n", `
line 2, column 11: profile a is there already, in line 1
[profiles.a]
          ^
`,
		},
		{
			"a list of profiles", "[[profiles.a]]\n", `
line 1, column 3: profiles are tables, not lists of them
[[profiles.a]]
  ^~~~~~~~~~
write one pair of brackets`,
		},
		{
			"a profile called default", "[profiles.default]\n", `
line 1, column 11: no profile can be called default: that is the top level
[profiles.default]
          ^~~~~~~
move what is in it to the top of the file`,
		},
		{
			"a setting beside the profiles", "[profiles]\nverify = \"warn\"\n", `
line 2, column 1: verify stands in the table of the profiles, and in none of them
verify = "warn"
^~~~~~
move it to the top of the file, or under [profiles.NAME]`,
		},
		{
			"a table in a profile", "[profiles.a.tunnel]\n", `
line 1, column 2: a profile has no tables in it
[profiles.a.tunnel]
 ^~~~~~~~~~~~~~~~~
write [profiles.a]`,
		},
		{
			"a profile that chooses", "[profiles.a]\nprofile = \"b\"\n", `
line 2, column 1: a profile can't choose a profile
profile = "b"
^~~~~~~
move it to the top of the file`,
		},
		{
			"a profile in use that is not there", "profile = \"stagin\"\n[profiles.staging]\n", `
line 1, column 11: there is no profile stagin
profile = "stagin"
          ^~~~~~~~
did you mean staging?`,
		},
		{
			"columns are characters", "\tevents = ['ai.*', \"rénder\"]\n", `
line 1, column 20: events can't hold "rénder"
	events = ['ai.*', "rénder"]
                   ^~~~~~~~
events separated by commas, like render.*,wallet.deposit`,
		},
		{
			"a byte order mark and CRLF", "\ufeffverify = \"x\"\r\n", `
line 1, column 10: verify can't be "x"
verify = "x"
         ^~~
one of strict, warn, off`,
		},
		{
			"UTF-16", "\xff\xfev\x00", `
line 1, column 1: the file is UTF-16, not UTF-8
` + "\xff\xfev\x00" + `
^
save it as UTF-8`,
		},
		{
			"a value in place of a profile", "profiles = { a = 1 }\n", `
line 1, column 14: a is a table, not a value
profiles = { a = 1 }
             ^
write [profiles.NAME], and its settings under it`,
		},
		{
			"a table in place of a value in a profile", "profiles.a.verify.x = 1\n", `
line 1, column 12: verify is a value, not a table
profiles.a.verify.x = 1
           ^~~~~~
write verify = …`,
		},
		{
			"a setting that nothing is near to", "[profiles.a]\nx = 1\n", `
line 2, column 1: there is no setting x
x = 1
^
take it away, then see all settings: vidiking config list`,
		},
		{
			"a setting of ngrok's in a table", "[tunnel.ngrok]\nroot_cas = \"host\"\n", `
line 1, column 2: there is no table tunnel
[tunnel.ngrok]
 ^~~~~~
its settings have no table: write ngrok_root_cas = … and the like`,
		},
		{
			"a setting of ngrok's with dots", "tunnel.ngrok.root_cas = \"host\"\n", `
line 1, column 1: there is no table tunnel
tunnel.ngrok.root_cas = "host"
^~~~~~~~~~~~~~~~~~~~~
in this file it is written ngrok_root_cas`,
		},
		{
			"a token without quotes", "ngrok_authtoken = 2abc_def\n", `
line 1, column 19: ngrok_authtoken is a text in quotes
ngrok_authtoken = ••••••••
                  ^~~~~~~~
write ngrok_authtoken = "…"`,
		},
		{
			"a number in place of a text", "forward = 3000\n", `
line 1, column 11: forward is a text in quotes
forward = 3000
          ^~~~
write forward = "3000"`,
		},
		{
			"a truth value", "verify = false\n", `
line 1, column 10: verify is a text in quotes
verify = false
         ^~~~~
like verify = "strict"`,
		},
		{
			"a size that is too large for a number", "max_body = 99999999999999999999\n", `
line 1, column 12: max_body is too large
max_body = 99999999999999999999
           ^~~~~~~~~~~~~~~~~~~~
`,
		},
		{
			"a profile in use where there are others", "profile = \"live\"\n[profiles.staging]\n[profiles.test]\n", `
line 1, column 11: there is no profile live
profile = "live"
          ^~~~~~
profiles there are: staging, test`,
		},
		{
			"a profile in use where there is none", "profile = \"live\"\n", `
line 1, column 11: there is no profile live
profile = "live"
          ^~~~~~
write it as [profiles.live], or take this line away`,
		},
		{
			"a line after a secret", "webhook_secret = \"whsec_0123\"\nverify = \"x\"\n", `
line 2, column 10: verify can't be "x"
verify = "x"
         ^~~
one of strict, warn, off`,
		},
		{
			"a secret without quotes", "webhook_secret = whsec_0123\n", `
line 1, column 18: webhook_secret is a text in quotes
webhook_secret = ••••••••••
                 ^~~~~~~~~~
write webhook_secret = "whsec_…"`,
		},
		{
			"a relative data directory", "data_dir = \"log\"\n", `
line 1, column 12: data_dir is a relative path: "log"
data_dir = "log"
           ^~~~~
write it from the root, or from ~/`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t).write(test.text)
			_, err := config.Load(h.world(), config.Flags{})
			var wrong *config.FileError
			if !errors.As(err, &wrong) {
				t.Fatalf("Load: got %v, want a FileError for:\n%s", err, test.text)
			}
			want := "~/.config/vidiking/config.toml: " + strings.TrimPrefix(test.want, "\n")
			if diff := cmp.Diff(want, shownError(wrong)); diff != "" {
				t.Errorf("error (-want +got):\n%s\nfor:\n%s", diff, test.text)
			}
			if wrong.Path != h.file() {
				t.Errorf("path: got %s, want %s", wrong.Path, h.file())
			}
		})
	}
}

func TestNoErrorShowsASecret(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"webhook_secret = whsec_hushHushHush\n",
		"webhook_secret = hushHushHush\n",
		"webhook_secret = \"hush Hush\"\n",
		"webhook_secret = \"hush = Hush \"\n",
		"webhook_secret = 'hush\n",
		"webhook_secret = \"\"\"\nhush\nHush\"\"\"\n",
		"webhook_secret = \"\"\"\nhush\n",
		"webhook_secret = [\"hush\", 1]\n",
		"webhook_secret = { a = \"hush\" }\n",
		"webhook_secret = \"hushHush\" hush\n",
		"webhook_secret = \"hush\x01Hush\"\n",
		"webhook_secret = \"hush\\qHush\"\n",
		"[profiles.a]\n\"webhook_secret\"= \"hush Hush\"\n",
		"profiles = { a = { webhook_secret = \"hushHush\", verify = \"x\" } }\n",
		"profiles = {\n  a = { webhook_secret = \"hushHush\" },\n  b = { verify = \"x\", webhook_secret = \"hush\" },\n}\n",
		"webhook-secret = \"hushHush\"\n",
		"api_key = hushHush\n",
		"api_key = [\"hush\"]\n",
		"apiKey = \"hushHush\"\n",
		"api-key = 'hush\n",
		"api_key = \"hush Hush\"\n",
		"webhookSecret = \"hushHush\"\n",
		"whsec_hushHush = 1\n",
		"[whsec_hush]\n",
		"forward = whsec_hushHush\n",
		"webhook_secret\t=\thushHush\n",
		"secret = [\nhushHush\n]\n",
		"WEBHOOK_SECRET = 'hushHush'\n",
		"forward = whsec_hush,whsec_hush whsec_hush\n",
	} {
		h := newHome(t).write(text)
		_, err := config.Load(h.world(), config.Flags{})
		var wrong *config.FileError
		if !errors.As(err, &wrong) {
			t.Errorf("Load of %q: got %v, want a FileError", text, err)
			continue
		}
		if shown := fmt.Sprintf("%s %+v", shownError(wrong), *wrong); strings.Contains(strings.ToLower(strings.ReplaceAll(shown, h.dir, "")), "hush") {
			t.Errorf("Load of %q shows the secret:\n%s", text, shown)
		}
	}
}
