package emulator

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// ControlPath is where the control API is. It is the emulator's own: Vidiking has nothing like it.
const ControlPath = "/_emulator"

// control is the control API.
type control struct{ e *Emulator }

func (c *control) register(mux *http.ServeMux) {
	for pattern, handle := range map[string]func(*http.Request) (any, error){
		"GET /state":      c.state,
		"POST /deposit":   c.deposit,
		"GET /deliveries": c.deliveries,
		"GET /faults":     func(*http.Request) (any, error) { return c.rules(), nil },
		"PUT /faults":     c.setFaults,
		"GET /export":     c.export,
		"POST /import":    c.load,
		"POST /reset":     c.reset,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+ControlPath+path, func(w http.ResponseWriter, r *http.Request) {
			result, err := handle(r)
			if err != nil {
				writeError(w, err)
				return
			}
			writeJSON(w, http.StatusOK, result)
		})
	}
	mux.HandleFunc("POST "+ControlPath+"/advance", c.advance)
	mux.HandleFunc("GET "+ControlPath+"/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, Description())
	})
}

// State is the response of GET /_emulator/state.
type State struct {
	Now        time.Time `json:"now"`
	Next       time.Time `json:"next_due,omitzero"` // when the next job or delivery is due
	Pending    int       `json:"pending"`           // jobs and deliveries that are not due yet
	ActiveJobs int       `json:"active_jobs"`
	Jobs       uint64    `json:"jobs"`       // submitted so far, with images
	Deliveries uint64    `json:"deliveries"` // made so far
	Balance    string    `json:"balance"`
	Held       string    `json:"held"`
	Deposited  string    `json:"deposited"`
	Webhook    *hook     `json:"webhook"` // with its secret masked
	Seed       uint64    `json:"seed"`
}

func (c *control) state(*http.Request) (any, error) {
	acct := c.e.ledger.snapshot()
	s := State{
		Now: c.e.Now(), Pending: c.e.queue.Len(), ActiveJobs: len(c.e.ledger.activeJobs()), Jobs: acct.Jobs, Deliveries: acct.Deliveries,
		Balance: acct.Balance.String(), Held: acct.Held.String(), Deposited: acct.Deposited.String(), Seed: uint64(acct.Seed),
	}
	s.Next, _ = c.e.queue.Next()
	if h := acct.Webhook; h != nil {
		s.Webhook = &hook{URL: h.URL, Events: h.Events, Secret: secretOf(h)}
	}
	return s, nil
}

func (c *control) deposit(r *http.Request) (any, error) {
	b, err := readBody(r)
	if err != nil {
		return nil, err
	}
	amount, wrong := ParseAmount(b.requiredText("amount"))
	if wrong != nil || amount == 0 {
		b.fail("amount", errAmount.Error())
	}
	if b.err != nil {
		return nil, b.err
	}
	balance, depositErr := c.e.jobs.deposit(r.Context(), credits(amount))
	if depositErr != nil {
		return nil, depositErr
	}
	return object(member{"balance", balance.String()}), nil
}

// Kept is a delivery in the response of GET /_emulator/deliveries.
type Kept struct {
	ID     webhook.ID        `json:"id"`
	Event  string            `json:"event"`
	At     time.Time         `json:"at"`
	Status webhook.Status    `json:"status"`
	Target string            `json:"target,omitempty"`
	Header map[string]string `json:"headers"`
	Body   string            `json:"body"`
}

// maxListed is the most deliveries that one call returns.
const maxListed = 1000

// deliveries lists the newest deliveries, oldest first.
func (c *control) deliveries(r *http.Request) (any, error) {
	limit := 100
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxListed {
			return nil, invalid("limit", "must be a number from 1 to "+strconv.Itoa(maxListed))
		}
		limit = n
	}
	all := []Kept{}
	reader, err := c.e.ledger.reader(r.Context())
	if err != nil {
		return nil, err
	}
	err = reader.Each(r.Context(), store.Query{Limit: limit}, func(d webhook.Delivery) error {
		k := Kept{ID: d.ID, Event: d.Event, At: d.ReceivedAt, Status: d.Status, Target: d.Target, Body: string(d.Body), Header: map[string]string{}}
		for _, f := range d.Header {
			k.Header[f.Name] = f.Value
		}
		all = append(all, k)
		return nil
	})
	return all, err
}

func (c *control) rules() []Fault { return append([]Fault{}, c.e.jobs.faults.list()...) }

func (c *control) setFaults(r *http.Request) (any, error) {
	text, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBodyBytes))
	if err != nil {
		return nil, invalid("body", "cannot be read")
	}
	rules, err := parseFaults(text)
	if err != nil {
		return nil, &requestError{http.StatusBadRequest, "invalid_request", err.Error(), ""}
	}
	if err := c.e.log.SetState(r.Context(), store.State{Key: faultsKey, Value: text}); err != nil {
		return nil, err
	}
	c.e.jobs.faults.set(rules)
	return c.rules(), nil
}

// Advanced is a line of the response of POST /_emulator/advance: an attempt, or the end.
type Advanced struct {
	Type     string     `json:"type"` // "attempt", "advanced" or "error"
	ID       webhook.ID `json:"delivery_id,omitempty"`
	Event    string     `json:"event,omitempty"`
	About    string     `json:"about,omitempty"`
	Target   string     `json:"target,omitempty"`
	N        int        `json:"n,omitempty"`
	At       time.Time  `json:"at"` // of the attempt; what the clock shows at the end
	Code     int        `json:"code,omitempty"`
	Failure  string     `json:"failure,omitempty"`
	Error    string     `json:"error,omitempty"`
	Millis   float64    `json:"duration_ms,omitempty"`
	Next     time.Time  `json:"next_at,omitzero"`
	GivenUp  bool       `json:"given_up,omitempty"`
	Attempts int        `json:"attempts,omitempty"` // in total, at the end
}

// advanceOf returns the line of an attempt.
func advanceOf(s Sent) Advanced {
	return Advanced{
		Type: "attempt", ID: s.Delivery.ID, Event: s.Delivery.Event, About: s.Delivery.About, Target: s.Attempt.Target, N: s.Attempt.N,
		At: s.Attempt.StartedAt, Code: s.Attempt.Code, Failure: string(s.Attempt.Failure), Error: s.Attempt.Error,
		Millis: float64(s.Attempt.Duration.Microseconds()) / 1000, Next: s.Next, GivenUp: s.GivenUp,
	}
}

// advance moves the clock, and writes a line for each attempt and one at the end.
func (c *control) advance(w http.ResponseWriter, r *http.Request) {
	b, wrong := readBody(r)
	if wrong != nil {
		writeError(w, wrong)
		return
	}
	until, err := c.until(b)
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	sent := make(chan Sent, 64)
	remove := c.e.watch.add(sent)
	go func() {
		defer close(sent)
		defer remove()
		err = c.e.Advance(r.Context(), until)
	}()
	lines, total := json.NewEncoder(w), 0
	for s := range sent { // until it is closed, even if the caller has left
		total++
		_ = lines.Encode(advanceOf(s))
		if len(sent) == 0 {
			_ = http.NewResponseController(w).Flush()
		}
	}
	last := Advanced{Type: "advanced", At: c.e.Now(), Attempts: total}
	if err != nil {
		last.Type, last.Error = "error", err.Error()
	}
	_ = lines.Encode(last)
}

// until reads how far to move the clock: {"by":"30s"} or {"until":"idle"}, "next" or a time.
func (c *control) until(b *body) (until Until, err error) {
	by, to := b.text("by"), b.text("until")
	switch {
	case b.err != nil:
		return until, b.err
	case (by == "") == (to == ""):
		return until, invalid("by", "or until is required, and not both")
	case by != "":
		d, err := time.ParseDuration(by)
		if err != nil || d <= 0 {
			return until, invalid("by", `must be a duration greater than 0, such as "30s"`)
		}
		return Until{Time: c.e.Now().Add(d)}, nil
	case to == "idle":
		return until, nil
	case to == "next":
		return Until{Next: true}, nil
	}
	at, err := time.Parse(time.RFC3339, to)
	if err != nil {
		return until, invalid("until", `must be "idle", "next" or a time, such as "2026-03-02T14:00:00Z"`)
	}
	if at.Before(c.e.Now()) {
		return until, invalid("until", "is in the past: the clock shows "+c.e.Now().Format(time.RFC3339))
	}
	return Until{Time: at}, nil
}

// exported is the state without deliveries, which `webhooks export` has. The secret of the webhook is masked.
type exported struct {
	V       int     `json:"v"`
	Type    string  `json:"type"`
	Account account `json:"account"`
	Jobs    []*job  `json:"jobs"`
}

func (c *control) export(r *http.Request) (any, error) {
	acct := c.e.ledger.snapshot()
	acct.Now = c.e.Now()
	if h := acct.Webhook; h != nil {
		acct.Webhook = &hook{URL: h.URL, Events: h.Events}
	}
	jobs, err := c.e.ledger.jobs(r.Context())
	return exported{1, "emulator_state", acct, append([]*job{}, jobs...)}, err
}

// load replaces the state with an export. It sends nothing: the clock is moved to the time of the export if it is behind, and jobs continue
// as long after the import as they would have after the export.
func (c *control) load(r *http.Request) (any, error) {
	var in exported
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBodyBytes))
	if err := d.Decode(&in); err != nil || in.Type != "emulator_state" || in.V != 1 {
		return nil, &requestError{http.StatusBadRequest, "invalid_request", "the body is not an export of an emulator", ""}
	}
	if err := c.e.replace(r.Context(), in); err != nil {
		return nil, err
	}
	return c.state(r)
}

func (c *control) reset(r *http.Request) (any, error) {
	if err := c.e.replace(r.Context(), exported{Account: c.e.newAccount()}); err != nil {
		return nil, err
	}
	return c.state(r)
}

// replace deletes all jobs and deliveries and starts with others.
func (e *Emulator) replace(ctx context.Context, in exported) error {
	e.ledger.mu.Lock()
	defer e.ledger.mu.Unlock()
	e.queue.Clear()
	if err := e.ledger.erase(ctx); err != nil {
		return err
	}
	var ids []webhook.ID
	list, err := e.log.Reader().List(ctx, store.Query{})
	if err != nil {
		return err
	}
	for _, d := range list {
		ids = append(ids, d.ID)
	}
	if _, err := store.Prune(ctx, e.o.Dir, ids); err != nil {
		return err
	}
	e.ledger.clock.Set(in.Account.Now)
	later := max(0, e.ledger.clock.Now().Sub(in.Account.Now))
	if h := in.Account.Webhook; h != nil && h.Secret == "" {
		h.Secret = e.o.Secret.Reveal()
	}
	for _, j := range in.Jobs {
		if !j.isDone() {
			j.StartsAt, j.EndsAt = j.StartsAt.Add(later), j.EndsAt.Add(later)
		}
	}
	if _, err := e.ledger.commit(ctx, change{account: in.Account, jobs: in.Jobs}); err != nil {
		return err
	}
	for _, j := range in.Jobs {
		if !j.isDone() {
			e.queue.Schedule(jobLane, j.next(), task{job: j.ID})
		}
	}
	return nil
}
