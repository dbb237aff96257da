package dispatch

const (
	refusedNumber = wsaEConnRefused
	resetNumber   = wsaEConnReset
	noRouteNumber = wsaEHostUnreach
	tooLateNumber = wsaETimedOut
)
