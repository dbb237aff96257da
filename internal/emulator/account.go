package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// account is the emulated account, without its jobs. The emulator keeps it as one value in the log.
type account struct {
	Seed       source    `json:"seed"`
	Jobs       uint64    `json:"jobs"`       // submitted so far, images included
	Deliveries uint64    `json:"deliveries"` // made so far
	Now        time.Time `json:"now"`        // the emulator's clock when this was written
	Balance    credits   `json:"balance"`    // without what is held
	Held       credits   `json:"held"`       // for unfinished jobs
	Deposited  credits   `json:"deposited"`  // in total
	Webhook    *hook     `json:"webhook"`    // nil: none is registered
}

// hook is the account's global webhook.
type hook struct {
	URL    string   `json:"url"`
	Events []string `json:"events"`
	Secret string   `json:"secret,omitempty"`
	Own    bool     `json:"own,omitempty"` // of the options: no call has registered it
}

func (h *hook) isSubscribed(event string) bool { return h != nil && slices.Contains(h.Events, event) }

// credits is an amount of money. Payloads have credits and the wallet has dollars (docs: Webhooks, Wallet & Pricing). How they convert is
// not documented: the emulator takes 100 credits for a dollar.
type credits int64

const (
	renderPrice credits = 10 // as in the documented example
	imagePrice  credits = 5  // as in the documented example
	videoPrice  credits = 20 // not documented
)

// String returns the amount as the wallet has it, such as 47.50.
func (c credits) String() string { return fmt.Sprintf("%d.%02d", c/100, c%100) }

// maxAmount keeps sums far from an overflow.
const maxAmount = 1_000_000_000_000

var errAmount = errors.New(`must be an amount with two decimals, such as "47.50"`)

// ParseAmount parses an amount of dollars, such as 47.50, and returns it in credits.
func ParseAmount(text string) (int64, error) {
	if !regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{2})?$`).MatchString(text) {
		return 0, errAmount
	}
	dollars, err := strconv.ParseFloat(text, 64)
	if err != nil || dollars > maxAmount/100 {
		return 0, errAmount
	}
	return int64(dollars*100 + 0.5), nil
}

// Status is the state of a job (docs: Jobs & Rendering).
type Status string

// The states of a job.
const (
	StatusQueued     Status = "QUEUED"
	StatusProcessing Status = "PROCESSING"
	StatusComplete   Status = "COMPLETE"
	StatusFailed     Status = "FAILED"
)

// jobKind is the endpoint that a job came from.
type jobKind string

const (
	kindRender jobKind = "render"
	kindVideo  jobKind = "ai_video"
	kindImage  jobKind = "ai_image" // complete at once
)

// job is a job or an image. The emulator keeps each as a value in the log.
type job struct {
	ID        string          `json:"id"`
	Kind      jobKind         `json:"kind"`
	Status    Status          `json:"status"`
	Sandbox   bool            `json:"sandbox"`
	CreatedAt time.Time       `json:"created_at"`
	StartsAt  time.Time       `json:"starts_at"`
	EndsAt    time.Time       `json:"ends_at"`
	Price     credits         `json:"price"`
	URL       string          `json:"url"`             // of the file, once it is COMPLETE
	Error     string          `json:"error,omitempty"` // not empty: it fails with this text
	Callback  string          `json:"callback,omitempty"`
	Metadata  json.RawMessage `json:"metadata,omitempty"`
}

func (j *job) isDone() bool { return j.Status == StatusComplete || j.Status == StatusFailed }

// next returns when the job changes next.
func (j *job) next() time.Time {
	if j.Status == StatusQueued {
		return j.StartsAt
	}
	return j.EndsAt
}

// event returns the event of the job's current state. It is empty if there is none: AI jobs have events only at their end.
func (j *job) event() string {
	if j.Kind != kindRender {
		return map[Status]string{StatusComplete: webhook.EventAIComplete, StatusFailed: webhook.EventAIFailed}[j.Status]
	}
	return map[Status]string{
		StatusQueued: webhook.EventRenderQueued, StatusProcessing: webhook.EventRenderProcessing,
		StatusComplete: webhook.EventRenderComplete, StatusFailed: webhook.EventRenderFailed,
	}[j.Status]
}
