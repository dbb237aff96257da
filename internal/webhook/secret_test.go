package webhook_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const secretText = "whsec_kept1between2us3K4q7T"

func TestSecretShowsItsLastFourCharacters(t *testing.T) {
	tests := []struct{ name, secret, want string }{
		{"in Vidiking's format", secretText, "whsec_…4q7T"},
		{"without the prefix", "kept1between2us3K4q7T", "…4q7T"},
		{"too short to show four characters", "whsec_elevenchars", "whsec_…"},
		{"just long enough", "whsec_twelve_chars", "whsec_…hars"},
		{"only the prefix", "whsec_", "whsec_…"},
		{"one character", "x", "…"},
		{"not ASCII", "whsec_ééééééééßßßß", "whsec_…ßßßß"},
		{"not UTF-8", "whsec_aaaaaaaaaaaa\xff", "whsec_…aaa?"},
		{"none", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := webhook.SecretFrom(test.secret).String(); got != test.want {
				t.Errorf("SecretFrom(%q).String() = %q, want %q", test.secret, got, test.want)
			}
		})
	}
}

// holder contains a secret like structs elsewhere in the program do.
type holder struct {
	Name   string
	Secret webhook.Secret
	kept   webhook.Secret // fmt calls no methods on unexported fields
}

func TestSecretNeverFormatsItself(t *testing.T) {
	secret := webhook.SecretFrom(secretText)
	values := map[string]any{
		"a secret":                 secret,
		"a pointer":                &secret,
		"in a struct":              holder{"profile", secret, secret},
		"in a pointer to a struct": &holder{"profile", secret, secret},
		"in a list":                []webhook.Secret{secret},
		"in a map":                 map[string]webhook.Secret{"s": secret},
		"as a map key":             map[webhook.Secret]int{secret: 1},
		"in an error":              fmt.Errorf("sign with %v: %w", secret, errors.New("no")),
	}
	for name, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%x", "%X", "%s", "% x", "%#q", "%d", "%t", "%40v", "%-40s", "%.3s", "%T", "%p", "%z"} {
			wantMasked(t, name+" by "+verb, fmt.Sprintf(verb, value))
		}
		wantMasked(t, name+" by Sprint", fmt.Sprint(value))
		wantMasked(t, name+" by Sprintln", fmt.Sprintln(value))
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%x", "%s"} {
		if got, want := fmt.Sprintf(verb, secret), "whsec_…4q7T"; got != want {
			t.Errorf("Sprintf(%q, secret) = %q, want %q", verb, got, want)
		}
	}
}

func TestSecretNeverMarshalsOrLogsItself(t *testing.T) {
	secret := webhook.SecretFrom(secretText)
	for _, value := range []any{secret, &secret, holder{"profile", secret, secret}, map[webhook.Secret]webhook.Secret{secret: secret}} {
		asJSON, err := json.Marshal(value)
		if err != nil {
			t.Fatalf("json.Marshal: %v", err)
		}
		wantMasked(t, "json.Marshal", string(asJSON))
		var text, structured bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("secret", "value", value, slog.Group("in", "it", value))
		slog.New(slog.NewJSONHandler(&structured, nil)).Info("secret", "value", value, slog.Group("in", "it", value))
		wantMasked(t, "slog as text", text.String())
		wantMasked(t, "slog as JSON", structured.String())
	}
	asXML, err := xml.Marshal(holder{"profile", secret, secret})
	if err != nil {
		t.Fatalf("xml.Marshal: %v", err)
	}
	wantMasked(t, "xml.Marshal", string(asXML))
	if got, err := json.Marshal(secret); err != nil || string(got) != `"whsec_…4q7T"` {
		t.Errorf("json.Marshal(secret) = %s, %v, want the mask", got, err)
	}
}

func TestOnlyRevealReturnsTheSecret(t *testing.T) {
	if got := webhook.SecretFrom(secretText).Reveal(); got != secretText {
		t.Errorf("Reveal() = %q, want %q", got, secretText)
	}
	if webhook.SecretFrom("").IsSet() || (webhook.Secret{}).IsSet() || !webhook.SecretFrom("x").IsSet() {
		t.Error("IsSet does not report whether there is a secret")
	}
}

func TestSecretsWithTheSameTextAreEqual(t *testing.T) {
	if webhook.SecretFrom(secretText) != webhook.SecretFrom(strings.Clone(secretText)) {
		t.Error("two secrets with the same text are not equal")
	}
	if webhook.SecretFrom(secretText) == webhook.SecretFrom(secretText+"x") || webhook.SecretFrom("") != (webhook.Secret{}) {
		t.Error("secrets with different texts are equal, or the empty secret is not the zero Secret")
	}
}

func TestNewSecretHasTheProvidersFormatAndIsUniform(t *testing.T) {
	form := regexp.MustCompile(`^whsec_[A-Za-z0-9]{32}$`)
	random := rand.NewChaCha8([32]byte{1})
	seen := map[rune]int{}
	const drawn = 2000
	for range drawn {
		secret, err := webhook.NewSecret(random)
		if err != nil || !form.MatchString(secret.Reveal()) {
			t.Fatalf("NewSecret = %q, %v, want %s", secret.Reveal(), err, form)
		}
		for _, r := range strings.TrimPrefix(secret.Reveal(), "whsec_") {
			seen[r]++
		}
	}
	const fair = drawn * 32 / 62
	for r, n := range seen {
		if n < fair*8/10 || n > fair*12/10 {
			t.Errorf("%c was drawn %d times of %d, want about %d", r, n, drawn*32, fair)
		}
	}
	if len(seen) != 62 {
		t.Errorf("%d different characters were drawn, want 62", len(seen))
	}
}

func TestNewSecretFailsIfRandomFails(t *testing.T) {
	broken := errors.New("no randomness")
	if _, err := webhook.NewSecret(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("NewSecret = %v, want %v", err, broken)
	}
}

// wantMasked fails if a text reveals more of secretText than its mask does, in plain text or hex.
func wantMasked(t *testing.T, how, text string) {
	t.Helper()
	for _, leak := range []string{"kept1", "between2", "us3K", fmt.Sprintf("%x", "kept1"), fmt.Sprintf("%X", "kept1"), fmt.Sprintf("% x", "kept1")} {
		if strings.Contains(text, leak) {
			t.Errorf("%s reveals %q: %s", how, leak, text)
		}
	}
}
