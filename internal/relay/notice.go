package relay

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
)

// NoticeKind says what a Notice is about.
type NoticeKind int

// What the relay tells beside deliveries.
const (
	NoticeWrongPath   NoticeKind = iota // a POST came to a path that is not the ingress path; said once a path
	NoticeHandlerBack                   // the handler takes connections again
	NoticeTooLarge                      // a body larger than allowed was answered 413; said once
	NoticeNotRecorded                   // a delivery could not be recorded and was answered 503; said once until one can
	NoticePanic                         // a delivery ran into a bug of this program and was answered 500
)

// Notice is something that happened beside the deliveries and that a person should know.
type Notice struct {
	Kind   NoticeKind
	At     time.Time
	Path   string          // of NoticeWrongPath
	Bytes  int64           // of NoticeTooLarge: how large the body is; 0 where it did not say
	Target dispatch.Target // of NoticeHandlerBack
	Missed int             // of NoticeHandlerBack: deliveries that found it unreachable
	Since  time.Time       // of NoticeHandlerBack: when the first of them was received
	Err    error           // of NoticeNotRecorded and NoticePanic
}
