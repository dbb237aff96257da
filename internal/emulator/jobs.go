package emulator

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/retry"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// errFunds reports that the balance does not cover a job.
var errFunds = errors.New("the balance does not cover the job")

const failedText = "a source of the timeline could not be read" // the text of the sample of render.failed

// jobs runs jobs: it submits them, moves them through their life cycle, and makes their deliveries.
type jobs struct {
	o       *Options
	ledger  *ledger
	courier *courier
	faults  *faults
	queue   *retry.Queue[task]
	report  func(error)
}

// submission is a request for a job.
type submission struct {
	kind     jobKind
	sandbox  bool
	callback string
	metadata []byte
	base     string // the URL of this server, as the caller knows it
}

// submit holds the price of a job and queues it. An image is complete at once.
func (s *jobs) submit(ctx context.Context, in submission) (*job, error) {
	l := s.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	c := change{account: l.account}
	c.account.Jobs++
	j := s.newJob(in, c.account.Seed, c.account.Jobs)
	before := c.account.Balance
	if c.account.Balance < j.Price {
		return nil, errFunds
	}
	c.account.Balance -= j.Price
	c.jobs = []*job{j}
	if !j.isDone() { // an image is complete at once, and paid
		c.account.Held += j.Price
		s.notifyJob(&c, j)
	}
	s.notifyLowBalance(&c, before)
	made, err := l.commit(ctx, c)
	s.courier.schedule(made)
	if err != nil {
		return nil, err
	}
	submitted := *j
	if !j.isDone() {
		s.queue.Schedule(jobLane, j.next(), task{job: j.ID})
	}
	return &submitted, nil
}

// newJob draws the id and the times of the n-th job.
func (s *jobs) newJob(in submission, seed source, n uint64) *job {
	now := s.ledger.clock.Now()
	random := seed.rand("times", n)
	j := &job{Kind: in.kind, Status: StatusQueued, Sandbox: in.sandbox, CreatedAt: now, Callback: in.callback, Metadata: in.metadata}
	prefix, price := "job_", renderPrice
	switch in.kind {
	case kindImage:
		prefix, price = "img_", imagePrice
		j.Status = StatusComplete
	case kindVideo:
		price = videoPrice
	}
	if !in.sandbox { // free (docs: Sandbox Mode)
		j.Price = price
	}
	j.ID = seed.jobID(prefix, n)
	j.URL = fileURL(in.base, j)
	s.drawTimes(j, random)
	return j
}

func (s *jobs) drawTimes(j *job, random *rand.Rand) {
	j.StartsAt = j.CreatedAt.Add(s.o.QueueTime.draw(random))
	j.EndsAt = j.StartsAt.Add(s.o.WorkTime.draw(random))
	if j.Kind == kindImage {
		j.StartsAt, j.EndsAt = j.CreatedAt, j.CreatedAt
		return
	}
	final := webhook.EventRenderComplete
	if j.Kind == kindVideo {
		final = webhook.EventAIComplete
	}
	if f, ok := s.faults.find(faultSlow, final, j.ID); ok {
		j.EndsAt = j.EndsAt.Add(f.by)
	}
	if f, ok := s.faults.find(faultFail, final, j.ID); ok {
		if j.Error = f.Error; j.Error == "" {
			j.Error = failedText
		}
	}
}

// step moves a job to its next state.
func (s *jobs) step(id string) {
	next, err := s.advance(context.Background(), id)
	if err != nil {
		s.report(fmt.Errorf("continue %s: %w", id, err))
		next = s.ledger.clock.Now().Add(time.Second)
	}
	if !next.IsZero() {
		s.queue.Schedule(jobLane, next, task{job: id})
	}
}

// advance returns when the job changes again; zero: never.
func (s *jobs) advance(ctx context.Context, id string) (next time.Time, err error) {
	l := s.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.active[id] == nil { // the emulator was reset
		return time.Time{}, nil
	}
	j := *l.active[id]
	c := change{account: l.account, jobs: []*job{&j}}
	switch {
	case j.Status == StatusQueued:
		j.Status = StatusProcessing
	case j.Error != "":
		j.Status = StatusFailed
		c.account.Held -= j.Price
		c.account.Balance += j.Price
	default:
		j.Status = StatusComplete
		c.account.Held -= j.Price
	}
	s.notifyJob(&c, &j)
	made, err := l.commit(ctx, c)
	s.courier.schedule(made)
	if err != nil || j.isDone() {
		return time.Time{}, err
	}
	return j.next(), nil
}

// deposit adds funds.
func (s *jobs) deposit(ctx context.Context, amount credits) (balance credits, err error) {
	l := s.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	c := change{account: l.account}
	c.account.Balance += amount
	c.account.Deposited += amount
	if c.account.Balance > maxAmount {
		return 0, errAmount
	}
	s.notifyAccount(&c, webhook.EventWalletDeposit, fmt.Sprintf("amount %d", amount), depositData(amount, c.account.Balance))
	made, err := l.commit(ctx, c)
	s.courier.schedule(made)
	return c.account.Balance, err
}

// setWebhook replaces the account's webhook.
func (s *jobs) setWebhook(ctx context.Context, h *hook) error {
	l := s.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	c := change{account: l.account}
	c.account.Webhook = h
	_, err := l.commit(ctx, c)
	return err
}

// notifyLowBalance notifies when the balance drops below the threshold.
func (s *jobs) notifyLowBalance(c *change, before credits) {
	threshold := credits(s.o.LowBalance)
	if now := c.account.Balance; before >= threshold && now < threshold {
		s.notifyAccount(c, webhook.EventWalletLowBalance, fmt.Sprintf("balance %d", now), lowBalanceData(now, threshold))
	}
}

// notifyAccount makes the delivery of an event that belongs to no job.
func (s *jobs) notifyAccount(c *change, event, about string, data []byte) {
	if h := c.account.Webhook; h.isSubscribed(event) {
		now := s.ledger.clock.Now()
		s.add(c, outgoing{Event: event, About: about, Target: h.URL, Body: payload(event, now, data), At: now, SendAt: now})
	}
}

// notifyJob makes the deliveries of a job's state: to its callback, and to the account's webhook if that is subscribed.
func (s *jobs) notifyJob(c *change, j *job) {
	event := j.event()
	if event == "" {
		return
	}
	now := s.ledger.clock.Now()
	o := outgoing{Event: event, About: j.ID, Body: payload(event, now, jobData(j, c.account.Balance)), At: now, SendAt: now}
	if f, ok := s.faults.find(faultDelay, event, j.ID); ok {
		o.SendAt = now.Add(f.by)
	}
	if _, ok := s.faults.find(faultReorder, event, j.ID); ok && !j.isDone() {
		o.SendAt = j.next().Add(time.Millisecond)
	}
	if j.Callback != "" && (isFinal(event) || s.o.CallbackEvents == CallbackAll) {
		o.Target = j.Callback
		s.add(c, o)
	}
	if h := c.account.Webhook; h.isSubscribed(event) && !(h.Own && o.Target == h.URL) {
		o.Target = h.URL
		s.add(c, o)
	}
}

// add signs a delivery and adds it to a change.
func (s *jobs) add(c *change, o outgoing) {
	to, err := dispatch.ParseTarget(o.Target, "/")
	if err != nil {
		return // cannot happen: it was checked when it was submitted
	}
	o.Target = to.String() // as attempts have it
	secret := s.o.Secret
	if h := c.account.Webhook; h != nil {
		secret = webhook.SecretFrom(h.Secret)
	}
	signed := o.Body
	if _, ok := s.faults.find(faultCorrupt, o.Event, o.About); ok {
		signed, o.Bad = append([]byte(" "), o.Body...), true
	}
	o.Hint = secret.String()
	o.Header = webhook.Header{
		{Name: "Content-Type", Value: "application/json"},
		{Name: webhook.SignatureHeader, Value: signature.Sign(secret, signed, s.o.Style)},
	}
	copies := 1
	if _, ok := s.faults.find(faultDuplicate, o.Event, o.About); ok {
		copies = 2
	}
	for range copies {
		c.account.Deliveries++
		o.ID = webhook.ID(c.account.Seed.deliveryID(c.account.Deliveries))
		c.deliveries = append(c.deliveries, o)
	}
}
