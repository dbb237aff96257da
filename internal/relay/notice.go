package relay

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// NoticeKind is the kind of a Notice.
type NoticeKind int

// The kinds of notices.
const (
	NoticeWrongPath    NoticeKind = iota // a POST to a path other than the ingress path; once for each path
	NoticeHandlerBack                    // the handler accepts connections again
	NoticeTooLarge                       // a body larger than the limit (413); once
	NoticeNotRecorded                    // a delivery could not be recorded (503); once until one is recorded
	NoticeNotRead                        // a delivery to send again could not be read from the log; once until one is read
	NoticeLogReplaced                    // the delivery log was removed, and a new one was created
	NoticePanic                          // a bug in this program affected a delivery (500)
	NoticeHolding                        // the handler is down, and deliveries are held from now on
	NoticeGivenUp                        // the last retry of a delivery failed
	NoticeTooManyBytes                   // a body exceeded the bytes in flight (503); once
	NoticeTooSlow                        // a body arrived too slowly (408); once
	NoticeTooManyConns                   // too many connections are open; once
	NoticeLargeHeader                    // a header larger than the limit (431); once
	NoticeCrossSite                      // a browser sent a POST for a page of another site (403); once
)

// Notice is an event that the user should know about and that is not a delivery. It has the fields of all kinds; each says which kinds set
// it.
type Notice struct {
	Kind   NoticeKind
	At     time.Time
	Path   string          // NoticeWrongPath
	Bytes  int64           // NoticeTooLarge: declared length; 0 if unknown
	Target dispatch.Target // NoticeHandlerBack, NoticeHolding
	Missed int             // NoticeHandlerBack: number of deliveries that found the handler down
	Since  time.Time       // NoticeHandlerBack: when the first of them was received
	Held   int             // NoticeHandlerBack: number of held deliveries, which are sent now
	ID     webhook.ID      // NoticeGivenUp
	Tries  int             // NoticeGivenUp: number of attempts
	Took   time.Duration   // NoticeTooSlow: length of the pause
	Limit  int             // NoticeTooManyConns
	Site   string          // NoticeCrossSite: the page's origin; empty if the browser does not send it
	Err    error           // NoticeNotRecorded, NoticeNotRead, NoticePanic
}
