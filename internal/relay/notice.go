package relay

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// NoticeKind says what a Notice is about.
type NoticeKind int

// What the relay tells beside deliveries.
const (
	NoticeWrongPath    NoticeKind = iota // a POST came to a path that is not the ingress path; said once a path
	NoticeHandlerBack                    // the handler takes connections again
	NoticeTooLarge                       // a body larger than allowed was answered 413; said once
	NoticeNotRecorded                    // a delivery could not be recorded and was answered 503; said once until one can
	NoticeNotRead                        // a delivery to send again cannot be read from the log; reported once until one can be
	NoticeNewLog                         // the delivery log was taken away, and a new one has begun
	NoticePanic                          // a delivery ran into a bug of this program and was answered 500
	NoticeHolding                        // the handler is not there: deliveries are held from now on
	NoticeGivenUp                        // a delivery failed as often as it is tried
	NoticeTooMany                        // a body beyond what may be in flight was answered 503; reported once
	NoticeTooSlow                        // a body that came too slowly was answered 408; reported once
	NoticeTooManyConns                   // more connections than may be open; reported once
	NoticeLargeHeader                    // a header larger than allowed was answered 431; reported once
	NoticeOtherSite                      // a page of another site posted from a browser, and was answered 403; reported once
)

// Notice is something that happened beside the deliveries and that a person should know.
type Notice struct {
	Kind   NoticeKind
	At     time.Time
	Path   string          // of NoticeWrongPath
	Bytes  int64           // of NoticeTooLarge: how large the body is; 0 where it did not say
	Target dispatch.Target // of NoticeHandlerBack and NoticeHolding
	Missed int             // of NoticeHandlerBack: deliveries that found it unreachable
	Since  time.Time       // of NoticeHandlerBack: when the first of them was received
	Held   int             // of NoticeHandlerBack: deliveries that were held for it, and are sent now
	ID     webhook.ID      // of NoticeGivenUp
	Tries  int             // of NoticeGivenUp: how many attempts there were
	Took   time.Duration   // of NoticeTooSlow: how long nothing came
	Limit  int             // of NoticeTooManyConns
	Site   string          // of NoticeOtherSite: the page's origin; empty if the browser does not say
	Err    error           // of NoticeNotRecorded, NoticeNotRead and NoticePanic
}
