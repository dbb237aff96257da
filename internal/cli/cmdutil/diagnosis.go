package cmdutil

import (
	"context"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// WorkWhileSending bounds a diagnosis that stands between two sendings: some tenths of a second.
const WorkWhileSending = 256 << 20

// Diagnose says why a delivery's signature is not valid, by the secrets that are known now. It says nothing where that can't be told: of a
// signature that was left out of a recording, or without a configuration that can be read.
func Diagnose(ctx context.Context, a *App, d webhook.Delivery, work int64) signature.Diagnosis {
	isSignature := func(name string) bool { return strings.EqualFold(name, webhook.SignatureHeader) }
	if d.Verdict == webhook.VerdictValid || d.Verdict == webhook.VerdictUnchecked || slices.ContainsFunc(d.Masked, isSignature) {
		return signature.Diagnosis{}
	}
	known, err := KnownSecrets(a)
	if err != nil {
		return signature.Diagnosis{}
	}
	return signature.Diagnose(ctx, signature.Case{Header: d.Header, Body: d.Body, Secrets: known, Verdict: d.Verdict, Work: work})
}

// KnownSecrets is the secret in use and every other one that stands in the configuration, each with a name to say. It makes none.
func KnownSecrets(a *App) ([]signature.KnownSecret, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	_, given, isGiven := cfg.Secret()
	var all []signature.KnownSecret
	for _, k := range cfg.Secrets() {
		all = append(all, signature.KnownSecret{
			Secret: k.Secret, InUse: isGiven && k.Source == given, Name: nameOf(k.Source), Fix: mendOf(cfg, k.Source, given),
		})
	}
	dir, err := cfg.DataDir()
	if err != nil {
		return nil, err
	}
	made, ok, err := config.GeneratedSecret(dir)
	if ok && err == nil { // one that is damaged is nobody's
		mend := "Unset VIDIKING_WEBHOOK_SECRET, and listen checks with that one."
		if given != config.SourceEnvironment(config.EnvSecret) {
			mend = "vidiking config unset " + config.WebhookSecret
		}
		all = append(all, signature.KnownSecret{Secret: made, InUse: !isGiven, Name: "the one that this program made", Fix: mend})
	}
	if registered := registeredSecret(a); registered.IsSet() {
		all = append(all, signature.KnownSecret{
			Secret: registered, Name: "the one that is registered with Vidiking", Fix: "Set " + config.EnvSecret + " to it: vidiking config get webhook --reveal",
		})
	}
	return all, nil
}

// registeredSecret is the secret that the account's webhook was set with from here, as far as that can be told.
func registeredSecret(a *App) webhook.Secret {
	api, err := APIOptions(a)
	if err != nil || !api.Key.IsSet() {
		return webhook.Secret{}
	}
	book, err := Book(a)
	if err != nil {
		return webhook.Secret{}
	}
	state, err := book.State(AccountOf(api))
	switch {
	case err != nil:
		return webhook.Secret{}
	case state.Override != nil:
		return state.Override.Active().Webhook.Secret
	case state.Saved != nil:
		return state.Saved.Webhook.Secret
	default:
		return webhook.Secret{}
	}
}

// nameOf names the secret of a source.
func nameOf(source config.Source) string {
	switch {
	case source == config.SourceEnvironment(config.EnvSecret):
		return "the one of " + config.EnvSecret
	case source == config.SourceFile:
		return "the one of the configuration's top level"
	default:
		return "the one of " + string(source)
	}
}

// mendOf is how signatures come to be checked with the secret of a source, while that of another is in use.
func mendOf(cfg *config.Config, source, inUse config.Source) string {
	if inUse == config.SourceEnvironment(config.EnvSecret) {
		return "Set " + config.EnvSecret + " to that one, or unset it: it comes before the configuration."
	}
	profile := config.DefaultProfile
	for _, name := range cfg.Profiles() {
		if source == config.SourceProfile(name) {
			profile = name
		}
	}
	return "vidiking listen --profile " + ShellWord(profile) + forwardFlag(cfg)
}

// forwardFlag is the flag that leads to the handler in use, where it is one: another profile may lead elsewhere.
func forwardFlag(cfg *config.Config) string {
	routes, err := ParseRoutes(cfg.String(config.Forward))
	if err != nil || len(routes) != 1 || len(routes[0].Events) > 0 {
		return ""
	}
	return " --forward " + ShellWord(strings.TrimSuffix(routes[0].Target.Short(), config.DefaultPath))
}
