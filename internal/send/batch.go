package send

import (
	"context"
	"fmt"
	"iter"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/pause"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// BatchOptions describe a batch.
type BatchOptions struct {
	Payloads [][]byte                 // of the first round
	Next     func() ([][]byte, error) // makes the payloads of each further round
	Rounds   int
	Chaos    load.Chaos
	Seed     uint64 // of the chaos
	Signer   Signer
	Expect   Expectation
}

// Batch is everything that one trigger sends.
type Batch struct {
	options  BatchOptions
	requests iter.Seq[load.Request[[]byte]] // made when they are needed
	total    int
	err      error // the reason why requests ended early
}

// maxRequests is the largest batch: 500 a second take half an hour, and each measurement is kept in memory.
const maxRequests = 1_000_000

// NewBatch returns a batch.
func NewBatch(o BatchOptions) (*Batch, error) {
	each := len(o.Payloads) * o.Chaos.Copies()
	b := &Batch{options: o, total: o.Rounds * each}
	if b.total > maxRequests || b.total/o.Rounds != each { // the product overflowed
		return nil, output.Usage(fmt.Sprintf("--count %d makes more than %s requests", o.Rounds, display.Count(maxRequests)), "send fewer at once")
	}
	b.requests = load.ApplyChaos(b.payloads(), o.Chaos, o.Seed)
	return b, nil
}

// SignWith sets the secret that signs the requests.
func (b *Batch) SignWith(secret webhook.Secret) { b.options.Signer.Secret = secret }

// payloads are the payloads of all rounds.
func (b *Batch) payloads() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		payloads := b.options.Payloads
		for round := range b.options.Rounds {
			if round > 0 {
				if payloads, b.err = b.options.Next(); b.err != nil {
					return
				}
			}
			for _, payload := range payloads {
				if !yield(payload) {
					return
				}
			}
		}
	}
}

// Each calls do with the body of each request, and with the number of requests.
func (b *Batch) Each(do func(body []byte, total int) error) error {
	for request := range b.requests {
		if err := do(request.Body(request.Item), b.total); err != nil {
			return err
		}
	}
	return b.err
}

// arrival signs a request. Chaos truncates the body after that.
func (b *Batch) arrival(request load.Request[[]byte]) relay.Arrival {
	body := request.Item
	header := b.options.Signer.Sign(&body)
	return relay.Arrival{
		Header: header, Body: request.Body(body), Origin: webhook.OriginTrigger, Host: b.options.Signer.Host, Expect: b.options.Expect.statuses(),
	}
}

// SendBatch sends the requests of a batch one at a time and prints the outcome of each. It writes the report also if it fails.
func (r *Runner) SendBatch(ctx context.Context, b *Batch) error {
	ctx, cancel := withDeadline(ctx, r.options.Deadline)
	defer cancel()
	printChaos(r.options.Printer, b)
	sent, err := r.sendEach(ctx, b)
	if err != nil && isPastDeadline(ctx) {
		err = deadlineError(r.to, r.options.Deadline, b.total-sent, b.total)
	}
	if reportErr := r.writeReport(ctx); err == nil {
		err = reportErr
	}
	if err != nil {
		return err
	}
	return r.Finish(sent)
}

// sendEach sends until a request fails to be sent, and returns the number of requests that were sent.
func (r *Runner) sendEach(ctx context.Context, b *Batch) (sent int, err error) {
	for request := range b.requests {
		if err := pause.For(ctx, request.Delay); err != nil {
			return sent, err
		}
		r.options.Checker.next(request)
		if err := r.Send(ctx, b.arrival(request)); err != nil {
			return sent, err
		}
		sent++
	}
	return sent, b.err
}

// printChaos prints the flags that repeat the same chaos.
func printChaos(p output.Printer, b *Batch) {
	if b.options.Chaos == (load.Chaos{}) {
		return
	}
	again := fmt.Sprintf("--chaos %s --seed %d", b.options.Chaos, b.options.Seed)
	p.Notice(output.Notice{Code: "chaos", Message: "With chaos. To repeat it: " + again, Hint: again})
}
