package retry_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/vidiking/vidiking-cli/internal/retry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// delivery is a delivery of a model provider: it fails a number of times before it is delivered.
type delivery struct {
	name  string
	lane  string
	fails int
	took  time.Duration // of each response
	first time.Time     // when the first attempt is due
}

// due is what a log has about a delivery that is still to be sent.
type due struct {
	*delivery

	at    time.Time
	tries int
}

// attempt is one attempt that had its response.
type attempt struct {
	started, ended time.Time
}

// model is a provider that keeps due times, as the delivery log does, and loses everything else when it is restarted.
type model struct {
	clock retry.Clock

	mu       sync.Mutex
	log      map[string]due
	attempts map[string][]attempt
	parallel map[string]int // by lane: sends in progress
	most     int
	failed   []string
	sleep    func(time.Duration)
}

const parallel = 3

func newModel(clock retry.Clock) *model {
	return &model{
		clock: clock, log: map[string]due{}, attempts: map[string][]attempt{}, parallel: map[string]int{},
		sleep: func(d time.Duration) { time.Sleep(d) }, // fake time
	}
}

// start returns a queue that continues with what the log has, and a function that kills it.
func (m *model) start() (q *retry.Queue[due], kill func()) {
	done := make(chan struct{})
	q = retry.New(retry.Options[due]{Clock: m.clock, Parallel: func(string) int { return parallel }, Done: done, Send: func(d due) { m.send(q, done, d) }})
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range m.log {
		q.Schedule(d.lane, d.at, d)
	}
	return q, func() { close(done) }
}

func (m *model) send(q *retry.Queue[due], done <-chan struct{}, d due) {
	started := m.clock.Now()
	m.mu.Lock()
	m.parallel[d.lane]++
	m.most = max(m.most, m.parallel[d.lane])
	m.mu.Unlock()
	m.sleep(d.took)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.parallel[d.lane]--
	select {
	case <-done: // killed before the response was recorded
		return
	default:
	}
	now := m.clock.Now()
	m.attempts[d.name] = append(m.attempts[d.name], attempt{started, now})
	d.tries++
	delete(m.log, d.name)
	if d.tries > d.fails {
		return
	}
	at, ok := retry.Schedule{}.Next(d.tries, now)
	if !ok {
		m.failed = append(m.failed, d.name)
		return
	}
	d.at = at
	m.log[d.name] = d
	q.Schedule(d.lane, at, d)
}

// attemptsOf returns the attempts of a delivery so far.
func (m *model) attemptsOf(name string) []attempt {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.attempts[name]
}

// attempted returns the number of deliveries that have attempts.
func (m *model) attempted() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.attempts)
}

func (m *model) pending() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.log)
}

// check compares the attempts with the schedule: attempt n+1 starts when the schedule says, or as soon as the lane or the process lets it.
func (m *model) check(t *testing.T, all []*delivery, slack time.Duration) {
	t.Helper()
	if m.most > parallel {
		t.Errorf("%d sends in one lane at once, want at most %d", m.most, parallel)
	}
	for _, d := range all {
		got := m.attemptsOf(d.name)
		if want := min(d.fails, retry.Schedule{}.Retries()) + 1; len(got) != want {
			t.Errorf("%s has %d attempts with a response, want %d", d.name, len(got), want)
			continue
		}
		if wantFailed := d.fails > (retry.Schedule{}).Retries(); slices.Contains(m.failed, d.name) != wantFailed {
			t.Errorf("%s is marked failed: %t, want %t", d.name, !wantFailed, wantFailed)
		}
		for n, want := 0, d.first; n < len(got); n++ {
			if n > 0 {
				want, _ = retry.Schedule{}.Next(n, got[n-1].ended)
			}
			if late := got[n].started.Sub(want); late < 0 || late > slack {
				t.Errorf("attempt %d of %s started %v after it was due, want between 0 and %v", n+1, d.name, late, slack)
			}
		}
	}
}

func (m *model) deliver(random *rand.Rand, lanes, n int, slowest time.Duration) []*delivery {
	var all []*delivery
	for i := range n {
		d := &delivery{name: fmt.Sprintf("d%03d", i), lane: fmt.Sprintf("lane%d", random.IntN(lanes)), fails: random.IntN(8)}
		if slowest > 0 {
			d.took = time.Duration(random.Int64N(int64(slowest)))
		}
		all = append(all, d)
		d.first = m.clock.Now().Add(time.Duration(random.Int64N(int64(time.Minute))))
		m.log[d.name] = due{delivery: d, at: d.first}
	}
	return all
}

// Whatever the order and the speed of responses, each delivery follows the documented schedule, and none is lost.
func TestEveryDeliveryFollowsTheSchedule(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			m := newModel(retry.SystemClock(time.Now))
			all := m.deliver(rand.New(rand.NewPCG(seed, 1)), 10_000, 100, 10*time.Second) // no lane is full
			q, kill := m.start()
			defer kill()
			time.Sleep(8 * time.Hour) // fake time
			if _, ok := q.Next(); ok || m.pending() > 0 {
				t.Errorf("seed %d: %d are still pending", seed, m.pending())
			}
			m.check(t, all, 0)
		})
	}
}

// A restart loses only attempts whose response was not recorded, and these are repeated at once.
func TestRestartsKeepTheSchedule(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 2))
			m := newModel(retry.SystemClock(time.Now))
			all := m.deliver(random, 200, 100, 10*time.Second)
			for range 30 {
				_, kill := m.start()
				time.Sleep(time.Duration(random.Int64N(int64(20 * time.Minute)))) // fake time
				kill()
				synctest.Wait()
				time.Sleep(10 * time.Second) // fake time: sends of the killed process end
			}
			_, kill := m.start()
			time.Sleep(8 * time.Hour) // fake time
			kill()
			if m.pending() > 0 {
				t.Errorf("seed %d: %d are still pending", seed, m.pending())
			}
			m.check(t, all, 21*time.Minute)
		})
	}
}

// manualClock is a clock that a test moves.
type manualClock struct {
	mu    sync.Mutex
	now   time.Time
	moved chan struct{}
}

func (c *manualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *manualClock) WaitUntil(t time.Time, wake, done <-chan struct{}) {
	c.mu.Lock()
	moved, reached := c.moved, !c.now.Before(t)
	c.mu.Unlock()
	if reached {
		return
	}
	select {
	case <-moved:
	case <-wake:
	case <-done:
	}
}

func (c *manualClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
	close(c.moved)
	c.moved = make(chan struct{})
}

// A clock that is moved from one due time to the next sends everything exactly when it is due.
func TestMovedClockSendsEverythingWhenItIsDue(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			clock := &manualClock{now: time.Now(), moved: make(chan struct{})}
			m := newModel(clock)
			all := m.deliver(rand.New(rand.NewPCG(seed, 3)), 5, 100, time.Second)
			q, kill := m.start()
			for at, ok := q.Next(); ok; at, ok = q.Next() {
				clock.set(at)
				if err := q.Settle(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			kill()
			if m.pending() > 0 {
				t.Errorf("seed %d: %d are still pending", seed, m.pending())
			}
			m.check(t, all, 0)
		})
	}
}

func TestClockThatJumpsSendsWhatBecameDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := &manualClock{now: time.Now(), moved: make(chan struct{})}
		m := newModel(clock)
		all := m.deliver(rand.New(rand.NewPCG(1, 4)), 5, 100, time.Second)
		q, kill := m.start()
		for range 7 {
			clock.set(clock.Now().Add(7 * time.Hour))
			if err := q.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		kill()
		m.check(t, all, 7*time.Hour)
	})
}

func TestASlowLaneDoesNotDelayOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newModel(retry.SystemClock(time.Now))
		now := time.Now()
		for i := range 100 {
			d := &delivery{name: fmt.Sprintf("slow%d", i), lane: "slow", took: time.Hour}
			m.log[d.name] = due{delivery: d, at: now}
		}
		fast := &delivery{name: "fast", lane: "fast"}
		m.log[fast.name] = due{delivery: fast, at: now.Add(time.Second)}
		q, kill := m.start()
		time.Sleep(time.Second) // fake time
		synctest.Wait()
		if got := m.attemptsOf("fast"); len(got) != 1 || got[0].started.Sub(now) != time.Second {
			t.Errorf("the other lane has the attempts %v, want one after 1 s", got)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := q.Settle(ctx); err == nil {
			t.Error("Settle returned before the slow lane had its responses")
		}
		q.Clear()
		time.Sleep(time.Hour) // fake time
		if err := q.Settle(t.Context()); err != nil || m.attempted() != 1+parallel {
			t.Errorf("after Clear, %d have attempts (%v), want only those that were being sent", m.attempted(), err)
		}
		kill()
	})
}

func TestDoneSendsNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newModel(retry.SystemClock(time.Now))
		m.deliver(rand.New(rand.NewPCG(1, 5)), 5, 50, 0)
		q, kill := m.start()
		kill()
		time.Sleep(time.Hour) // fake time
		if m.attempted() > 0 || q.Len() != 50 || q.Settle(t.Context()) == nil {
			t.Errorf("%d were sent and %d are left, want none and all", m.attempted(), q.Len())
		}
	})
}

func BenchmarkNextOf100000(b *testing.B) {
	done := make(chan struct{})
	defer close(done)
	now := time.Now()
	q := retry.New(retry.Options[int]{Clock: &manualClock{now: now, moved: make(chan struct{})}, Parallel: func(string) int { return 1 }, Done: done, Send: func(int) {}})
	random := rand.New(rand.NewPCG(1, 6))
	at := func() time.Time { return now.Add(time.Minute + time.Duration(random.Int64N(int64(6*time.Hour)))) }
	for i := range 100_000 {
		q.Schedule("lane", at(), i)
	}
	for b.Loop() {
		q.Schedule("lane", at(), 0)
		q.Next()
	}
}
