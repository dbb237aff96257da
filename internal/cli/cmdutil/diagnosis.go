package cmdutil

import (
	"context"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// DiagnosisBudget bounds the work of a diagnosis between two sends. It takes some tenths of a second.
const DiagnosisBudget = 256 << 20

// Diagnose explains why a delivery's signature is not valid, using the secrets known now. The result is empty if the signature was masked
// in a recording, or if the configuration cannot be read.
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

// KnownSecrets returns the secret in use and every other secret in the configuration, each with a name for messages. It generates none.
func KnownSecrets(a *App) ([]signature.KnownSecret, error) {
	cfg, err := a.Config()
	if err != nil {
		return nil, err
	}
	_, given, isGiven := cfg.Secret()
	var all []signature.KnownSecret
	for _, k := range cfg.Secrets() {
		all = append(all, signature.KnownSecret{
			Secret: k.Secret, InUse: isGiven && k.Source == given, Name: secretName(k.Source), Fix: useSecretFix(cfg, k.Source, given),
		})
	}
	dir, err := cfg.DataDir()
	if err != nil {
		return nil, err
	}
	generated, ok, err := config.GeneratedSecret(dir)
	if ok && err == nil { // a damaged secret signs nothing
		fix := "Unset VIDIKING_WEBHOOK_SECRET to verify with that secret."
		if given != config.SourceEnvironment(config.EnvSecret) {
			fix = "vidiking config unset " + config.WebhookSecret
		}
		all = append(all, signature.KnownSecret{Secret: generated, InUse: !isGiven, Name: "the generated one", Fix: fix})
	}
	if registered := registeredSecret(a); registered.IsSet() {
		all = append(all, signature.KnownSecret{
			Secret: registered, Name: "the one registered with Vidiking", Fix: "Set " + config.EnvSecret + " to it: vidiking config get webhook --reveal",
		})
	}
	return all, nil
}

// registeredSecret returns the secret of the webhook that vidiking registered with the account. It is unset if it cannot be determined.
func registeredSecret(a *App) webhook.Secret {
	api, err := APIOptions(a)
	if err != nil || !api.Key.IsSet() {
		return webhook.Secret{}
	}
	webhooks, err := AccountStore(a)
	if err != nil {
		return webhook.Secret{}
	}
	state, err := webhooks.State(AccountOf(api))
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

// secretName names the secret of a source for messages.
func secretName(source config.Source) string {
	switch {
	case source == config.SourceEnvironment(config.EnvSecret):
		return "the one in " + config.EnvSecret
	case source == config.SourceFile:
		return "the one at the top level of the configuration"
	default:
		return "the one of " + string(source)
	}
}

// useSecretFix returns how to verify with the secret of source while the one of inUse is used.
func useSecretFix(cfg *config.Config, source, inUse config.Source) string {
	if inUse == config.SourceEnvironment(config.EnvSecret) {
		return "Set " + config.EnvSecret + " to that secret, or unset it: it overrides the configuration."
	}
	profile := config.DefaultProfile
	for _, name := range cfg.Profiles() {
		if source == config.SourceProfile(name) {
			profile = name
		}
	}
	return "vidiking listen --profile " + ShellWord(profile) + forwardFlag(cfg)
}

// forwardFlag returns the --forward flag for the current handler, because another profile may have another one. It returns "" unless there
// is exactly one target for all events.
func forwardFlag(cfg *config.Config) string {
	routes, err := ParseRoutes(cfg.String(config.Forward))
	if err != nil || len(routes) != 1 || len(routes[0].Events) > 0 {
		return ""
	}
	return " --forward " + ShellWord(strings.TrimSuffix(routes[0].Target.Short(), config.DefaultPath))
}
