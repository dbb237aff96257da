package output

import (
	"strconv"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

type jsonLoad struct {
	kind
	To          string         `json:"to"`
	Asked       int            `json:"requested"`
	Sent        int            `json:"sent"`
	Wrong       int            `json:"unexpected"`
	Delivered   int            `json:"delivered"`
	Refused     int            `json:"refused"`
	Unreachable int            `json:"unreachable"`
	TimedOut    int            `json:"timed_out"`
	Rejected    int            `json:"rejected"`
	Skipped     int            `json:"skipped"`
	NotTaken    int            `json:"not_accepted"`
	Codes       map[string]int `json:"codes"`
	Expected    string         `json:"expected,omitempty"`
	Rate        float64        `json:"rate,omitempty"`
	Concurrency int            `json:"concurrency"`
	Chaos       string         `json:"chaos,omitempty"`
	Seed        *uint64        `json:"seed,omitempty"`
	Interrupted bool           `json:"interrupted,omitempty"`
	TimeUp      bool           `json:"time_up,omitempty"`
	ElapsedMS   float64        `json:"elapsed_ms"`
	PerSecond   float64        `json:"per_second"`
	P50MS       float64        `json:"p50_ms"`
	P90MS       float64        `json:"p90_ms"`
	P99MS       float64        `json:"p99_ms"`
	MaxMS       float64        `json:"max_ms"`
	LateP99MS   float64        `json:"late_p99_ms"`
	LateMaxMS   float64        `json:"late_max_ms"`
	Histogram   []jsonBucket   `json:"histogram"`
	Errors      []jsonReason   `json:"errors"`
	OtherErrors int            `json:"other_errors,omitempty"`
}

type jsonBucket struct {
	UpTo  float64 `json:"up_to_ms"`
	Count int     `json:"count"`
}

type jsonReason struct {
	Error      string         `json:"error"`
	Count      int            `json:"count"`
	Status     webhook.Status `json:"status,omitempty"`
	Code       int            `json:"code,omitempty"`
	DeliveryID webhook.ID     `json:"delivery_id,omitempty"`
	Response   *string        `json:"response,omitempty"`
}

func loadObject(r LoadResult) jsonLoad {
	o := jsonLoad{
		kind: of("load"), To: r.To, Asked: r.Requested, Sent: r.Sent, Wrong: r.Failed,
		Delivered: r.Statuses[webhook.StatusDelivered], Refused: r.Statuses[webhook.StatusRefused],
		Unreachable: r.Statuses[webhook.StatusUnreachable], TimedOut: r.Statuses[webhook.StatusTimedOut],
		Rejected: r.Statuses[webhook.StatusRejected], Skipped: r.Statuses[webhook.StatusSkipped], NotTaken: r.NotRecorded,
		Codes: make(map[string]int, len(r.Codes)), Expected: r.Expected, Rate: r.Rate, Concurrency: r.Concurrency,
		Chaos: r.Chaos, Interrupted: r.Interrupted, TimeUp: r.TimeUp, ElapsedMS: millis(r.Elapsed), PerSecond: float64(int(r.PerSecond()*100)) / 100,
		P50MS: millis(r.Took.P50), P90MS: millis(r.Took.P90), P99MS: millis(r.Took.P99), MaxMS: millis(r.Took.Max),
		LateP99MS: millis(r.Lag.P99), LateMaxMS: millis(r.Lag.Max),
		Histogram: make([]jsonBucket, 0, len(r.Buckets)), Errors: make([]jsonReason, 0, len(r.Reasons)), OtherErrors: r.OtherFailures,
	}
	if r.Chaos != "" {
		o.Seed = &r.Seed
	}
	for code, n := range r.Codes {
		o.Codes[strconv.Itoa(code)] = n
	}
	for _, b := range r.Buckets {
		o.Histogram = append(o.Histogram, jsonBucket{millis(b.UpTo), b.Count})
	}
	for _, reason := range r.Reasons {
		o.Errors = append(o.Errors, reasonObject(reason))
	}
	return o
}

func reasonObject(r load.Reason) jsonReason {
	o := jsonReason{Error: r.Failure, Count: r.Count, Status: r.First.Status, Code: r.First.Attempt.Code, DeliveryID: r.First.ID}
	if body := r.First.Attempt.Response; len(body) > 0 && utf8.Valid(body) {
		text := string(body)
		o.Response = &text
	}
	return o
}
