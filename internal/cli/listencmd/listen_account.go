package listencmd

import (
	"context"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/configcmd"
	"github.com/vidiking/vidiking-cli/internal/output"
)

const (
	releaseTime  = 90 * time.Second // a release may have to wait for Vidiking's rate limit, which is counted by the minute
	releaseHurry = 3 * time.Second  // one of a session that was aborted, or failed
)

// putBack puts back what was registered in the account. What takes its time is said.
func (l *listener) putBack() error {
	say := l.view.Say
	if !l.started {
		say = l.sayPlainly // nobody reads what is told to a view that was never started
	}
	slow := time.AfterFunc(500*time.Millisecond, func() {
		if l.registrar != nil {
			say(output.Notice{Code: "restoring", Message: "Putting back your account's webhook. Ctrl-C again leaves it."})
		}
	})
	defer slow.Stop()
	return l.registrar.release(releaseTime, say)
}

// sayPlainly says a notice where no view is.
func (l *listener) sayPlainly(n output.Notice) {
	for _, line := range append([]string{n.Message}, n.Details...) {
		l.app.Stderr().Print(line)
	}
}

// letGo puts back what was registered where finish could not: after an error, an abort or a panic.
func (l *listener) letGo() {
	defer l.registrar.Close()
	if l.finished {
		return
	}
	a := l.app
	err := l.registrar.release(releaseHurry, l.sayPlainly)
	if err != nil {
		f := a.Explain(err)
		a.Stderr().Warning(f.What, f.Hints)
	}
}

// mend puts back, beside all else, what another listen left in the account that died.
func (l *listener) mend(ctx context.Context) {
	ctx, l.unmend = context.WithCancel(context.WithoutCancel(ctx))
	l.mending.Go(func() { configcmd.Mend(ctx, l.app, l.view.Say) })
}

// awaitMend lets a mending end that is under way, if it does not take long.
func (l *listener) awaitMend() {
	if l.unmend == nil {
		return
	}
	patience := time.AfterFunc(releaseHurry, l.unmend)
	defer patience.Stop()
	l.mending.Wait()
}
