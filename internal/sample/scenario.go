package sample

import "github.com/vidiking/vidiking-cli/internal/webhook"

// ScenarioInfo describes a scenario, a sequence of events.
type ScenarioInfo struct {
	Name    string
	Summary string // a short phrase without a period
	Events  []string
}

// Scenarios lists the scenarios in the order of the help.
func Scenarios() []ScenarioInfo {
	return []ScenarioInfo{
		{"render", "a render job from queue to video", []string{
			webhook.EventRenderQueued, webhook.EventRenderProcessing, webhook.EventRenderComplete,
		}},
		{"render-failure", "a render job that fails", []string{
			webhook.EventRenderQueued, webhook.EventRenderProcessing, webhook.EventRenderFailed,
		}},
		{"ai", "an AI generation job that completes", []string{webhook.EventAIComplete}},
		{"ai-failure", "an AI generation job that fails", []string{webhook.EventAIFailed}},
		{"wallet", "a low balance, then a deposit", []string{
			webhook.EventWalletLowBalance, webhook.EventWalletDeposit,
		}},
		{"all", "every event once", allEvents()},
	}
}

func allEvents() []string {
	var names []string
	for _, event := range webhook.Events() {
		names = append(names, event.Name)
	}
	return names
}

// endsJob reports whether an event is the last one of its job.
func endsJob(event string) bool {
	switch event {
	case webhook.EventRenderComplete, webhook.EventRenderFailed, webhook.EventAIComplete, webhook.EventAIFailed:
		return true
	default:
		return false
	}
}
