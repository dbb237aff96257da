package sample

import "github.com/vidiking/vidiking-cli/internal/webhook"

// payload is the envelope of every event (documented).
type payload struct {
	Event     string `json:"event"`
	Timestamp string `json:"timestamp"`
	Data      any    `json:"data"`
}

// renderComplete is the data of render.complete, with the fields, order and values of the documented example.
type renderComplete struct {
	ID            string  `json:"id"`
	Status        string  `json:"status"`
	URL           string  `json:"url"`
	Duration      float64 `json:"duration"`
	CreditsUsed   int     `json:"credits_used"`
	WalletBalance int     `json:"wallet_balance"`
}

// job is the data of render.queued and render.processing (invented: id and status of a job).
type job struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

// failedJob is the data of render.failed and ai.failed (invented; documented handlers read error from it).
type failedJob struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Error  string `json:"error"`
}

// aiComplete is the data of ai.complete (invented: render.complete with the dimensions that POST /ai/image returns).
type aiComplete struct {
	ID            string `json:"id"`
	Status        string `json:"status"`
	URL           string `json:"url"`
	Width         int    `json:"width"`
	Height        int    `json:"height"`
	CreditsUsed   int    `json:"credits_used"`
	WalletBalance int    `json:"wallet_balance"`
}

// lowBalance is the data of wallet.low_balance (balance is documented, threshold is invented).
type lowBalance struct {
	Balance   int `json:"balance"`
	Threshold int `json:"threshold"`
}

// deposit is the data of wallet.deposit (invented).
type deposit struct {
	Amount        int `json:"amount"`
	WalletBalance int `json:"wallet_balance"`
}

// dataOf returns the data of an event for the job with the given id. Only ids vary, so tests of handlers can rely on the other values.
func dataOf(event, id string) any {
	switch event {
	case webhook.EventRenderQueued:
		return job{id, "QUEUED"}
	case webhook.EventRenderProcessing:
		return job{id, "PROCESSING"}
	case webhook.EventRenderComplete:
		return renderComplete{id, "COMPLETE", "https://cdn.vidiking.com/renders/" + id + ".mp4", 10.5, 10, 4510}
	case webhook.EventRenderFailed:
		return failedJob{id, "FAILED", "a source of the timeline could not be read"}
	case webhook.EventAIComplete:
		return aiComplete{id, "COMPLETE", "https://cdn.vidiking.com/images/" + id + ".png", 1024, 1024, 5, 4505}
	case webhook.EventAIFailed:
		return failedJob{id, "FAILED", "the model gave no result"}
	case webhook.EventWalletLowBalance:
		return lowBalance{312, 500}
	default: // wallet.deposit
		return deposit{5000, 5312}
	}
}
