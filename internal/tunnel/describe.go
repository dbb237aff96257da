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

// Words says in a few words why a connection failed, without the addresses and functions that errors of the network begin with.
func Describe(err error) string {
	var by *ProxyError
	if errors.As(err, &by) {
		return "the proxy " + by.Host + ": " + Describe(by.Err)
	}
	if text := known(err); text != "" {
		return text
	}
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err // without the method, and the URL, which is known
	}
	text, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return text
}

func known(err error) string {
	var dns *net.DNSError
	var sys syscall.Errno
	var untrusted x509.UnknownAuthorityError
	var otherName x509.HostnameError
	switch {
	case err == nil:
		return "for no reason that is known"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no such host: " + dns.Name
	case errors.As(err, &dns):
		return "the name " + dns.Name + " can't be looked up; this machine may be offline"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return "no answer in time"
	case errors.As(err, &untrusted):
		return "its certificate is of an authority that is not known"
	case errors.As(err, &otherName):
		return "its certificate is for another name"
	case errors.As(err, &sys):
		return strings.TrimSuffix(sys.Error(), " by peer") // which is meant anyway
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return "connection closed"
	}
	return ""
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
