package tunnel

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
)

// Describe returns a short reason why a connection failed, without the addresses and operations that network errors start with.
func Describe(err error) string {
	var by *ProxyError
	if errors.As(err, &by) {
		return "the proxy " + by.Host + ": " + Describe(by.Err)
	}
	if text := knownReason(err); text != "" {
		return text
	}
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err // drop the method and the URL, which the caller knows
	}
	text, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return text
}

func knownReason(err error) string {
	var dns *net.DNSError
	var sys syscall.Errno
	var untrusted x509.UnknownAuthorityError
	var otherName x509.HostnameError
	switch {
	case err == nil:
		return "unknown reason"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no such host: " + dns.Name
	case errors.As(err, &dns):
		return "cannot look up " + dns.Name + "; this machine may be offline"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return "no response in time"
	case errors.As(err, &untrusted):
		return "its certificate is from an unknown authority"
	case errors.As(err, &otherName):
		return "its certificate is for another host name"
	case errors.As(err, &sys):
		return strings.TrimSuffix(sys.Error(), " by peer") // "connection reset" is enough
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return "connection closed"
	}
	return ""
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
