package dispatch

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// explainTLS explains a TLS failure. It returns "" if err is something else.
func explainTLS(t Target, err error) (webhook.Failure, string) {
	var handshake *handshakeError
	var remote *net.OpError
	switch {
	case errors.As(err, &handshake) && speaksHTTP(handshake.err):
		return webhook.FailurePlainHTTP, fmt.Sprintf("%s speaks plain HTTP. Use http://%s instead.", t.Host(), t.Host())
	case errors.As(err, &handshake) && !isTimeout(err):
		return webhook.FailureTLS, handshakeText(t, handshake.err)
	case errors.As(err, &remote) && remote.Op == "remote error": // an alert, whose type crypto/tls doesn't export
		return webhook.FailureTLS, fmt.Sprintf("%s ended the TLS connection: %v.", t.Host(), remote.Err)
	}
	return "", ""
}

// speaksHTTP reports whether a handshake failed because the server responded in HTTP: with a status line or, if the server took the
// handshake for HTTP/0.9, with a page that has none.
func speaksHTTP(err error) bool {
	var record tls.RecordHeaderError
	if !errors.As(err, &record) {
		return false
	}
	begin := strings.ToUpper(string(record.RecordHeader[:]))
	return slices.Contains([]string{"HTTP/", "<!DOC", "<HTML", "<HEAD"}, begin)
}

func handshakeText(t Target, err error) string {
	var (
		record     tls.RecordHeaderError
		name       x509.HostnameError
		authority  x509.UnknownAuthorityError
		invalid    x509.CertificateInvalidError
		unverified *tls.CertificateVerificationError
	)
	host := t.Host()
	switch {
	case errors.As(err, &record):
		return fmt.Sprintf("%s does not speak TLS. Is it the right port?", host)
	case errors.As(err, &name):
		return fmt.Sprintf("The certificate is for %s, not for %s.", certificateNames(name.Certificate), t.url.Hostname())
	case errors.As(err, &authority):
		return "This machine does not trust the certificate. If it is your own, accept it with --insecure."
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "The certificate has expired or is not valid yet."
	case errors.As(err, &unverified):
		return fmt.Sprintf("The certificate is invalid: %v.", unverified.Err)
	case errors.Is(err, io.EOF) || isClosedByPeer(err):
		return fmt.Sprintf("%s closed the connection during the TLS handshake. Does it support HTTPS?", host)
	}
	return fmt.Sprintf("The TLS handshake with %s failed: %v.", host, err)
}

const maxShownNames = 3 // a certificate may have hundreds

// certificateNames lists the names in a certificate. They are untrusted, so anything that isn't a valid host name is left out.
func certificateNames(c *x509.Certificate) string {
	var names []string
	for _, name := range c.DNSNames {
		if isName(strings.TrimPrefix(name, "*")) {
			names = append(names, name)
		}
	}
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "another host"
	}
	if len(names) > maxShownNames {
		return strings.Join(names[:maxShownNames], ", ") + " and others"
	}
	return strings.Join(names, ", ")
}
