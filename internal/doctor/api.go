package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// apiCheck checks whether Vidiking can be reached, and the clock.
type apiCheck struct{ o *Options }

// run requests the balance from Vidiking, which is free and requires the key, and compares the clocks.
func (c apiCheck) run(ctx context.Context) []Finding {
	if c.o.APIErr != nil {
		return c.o.APIErr.finding()
	}
	limited := false
	options := c.o.API
	options.OnWait = func(vidiking.Wait) { limited = true }
	client, err := vidiking.New(options)
	if errors.Is(err, vidiking.ErrNoKey) {
		return warning("no API key, so vidiking cannot change your account's webhook", "vidiking config set api-key")
	}
	if err != nil {
		return failed(err.Error(), "")
	}
	_, meta, err := client.Balance(ctx)
	if limited && errors.Is(err, context.DeadlineExceeded) {
		return warning("Vidiking's rate limit is used up", "try again in a minute")
	}
	var status *vidiking.StatusError
	var odd *vidiking.ResponseError
	switch {
	case errors.As(err, &status):
		meta = status.Meta
	case errors.As(err, &odd):
		meta = odd.Meta
	}
	return append(c.finding(meta, err), c.clock(meta)...)
}

// finding returns the result of the request.
func (c apiCheck) finding(meta vidiking.Meta, err error) []Finding {
	var status *vidiking.StatusError
	var odd *vidiking.ResponseError
	mode := ""
	if c.o.API.Sandbox {
		mode = ", in the sandbox"
	}
	_, source, _ := c.o.Config.APIKey()
	switch {
	case err == nil:
		return ok(fmt.Sprintf("%s accepts the key %s (%s)%s, in %s", c.o.API.Base.Host(), c.o.API.Key, sourceName(source), mode, display.Duration(meta.Took)))
	case errors.As(err, &status) && status.RejectsKey():
		return failed(fmt.Sprintf("%s rejected the key %s (%s): %d", c.o.API.Base.Host(), c.o.API.Key, sourceName(source), status.Code), "copy it again from Vidiking's dashboard: vidiking config set api-key")
	case errors.As(err, &odd):
		return warning(odd.Error(), c.urlHint("the response may come from a proxy or a network's login page"))
	case errors.As(err, &status) && status.Code >= http.StatusInternalServerError:
		return failed(err.Error(), c.urlHint("the problem is on Vidiking's side: try again later"))
	case errors.Is(err, context.DeadlineExceeded):
		return failed(c.o.API.Base.Host()+" did not respond in time", c.urlHint(offlineHint))
	}
	var unreachable *vidiking.UnreachableError
	if errors.As(err, &unreachable) && unreachable.Reason == vidiking.ReasonProxy {
		return failed(err.Error(), "the proxy comes from the environment: check HTTPS_PROXY and NO_PROXY")
	}
	return failed(err.Error(), c.urlHint(offlineHint))
}

const offlineHint = "is this machine online? If it needs a proxy: HTTPS_PROXY=URL"

// urlHint suggests to check the API's URL if it is not the default one.
func (c apiCheck) urlHint(otherwise string) string {
	if source := c.o.Config.Source(config.APIURL); source != config.SourceDefault {
		return fmt.Sprintf("check the API's URL: %s (%s)", c.o.API.Base, sourceName(source))
	}
	return otherwise
}

// The limits for the difference between the clocks. Vidiking's Date header is exact to the second, and the response took a while.
const (
	clockWarning = 30 * time.Second
	clockFailure = 5 * time.Minute // certificates and tokens may be rejected
)

func (c apiCheck) clock(meta vidiking.Meta) []Finding {
	if meta.Date.IsZero() {
		return nil
	}
	ahead := meta.At.Sub(meta.Date)
	off := max(0, ahead.Abs()-time.Second-meta.Took)
	if off < clockWarning {
		return []Finding{{Check: "clock", State: OK, Message: "in sync with Vidiking's"}}
	}
	direction := "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	f := Finding{
		Check: "clock", State: Warning, Message: fmt.Sprintf("%s %s Vidiking's", display.Period(off), direction),
		Hint: "synchronize this machine's clock with NTP",
	}
	if off >= clockFailure {
		f.State = Failed
	}
	return []Finding{f}
}

// adviceOf returns the advice of an error, if it has any.
func adviceOf(err error) string {
	var advised interface{ Advice() string }
	if errors.As(err, &advised) {
		return advised.Advice()
	}
	return ""
}
