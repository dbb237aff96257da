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

// explainTLS says what is wrong between us and the target's TLS; "" where it is something else.
func explainTLS(t Target, err error) (webhook.Failure, string) {
	var handshake *handshakeError
	var remote *net.OpError
	switch {
	case errors.As(err, &handshake) && speaksHTTP(handshake.err):
		return webhook.FailurePlainHTTP, fmt.Sprintf("%s speaks plain HTTP. Write it as http://%s.", t.Host(), t.Host())
	case errors.As(err, &handshake) && !isTimeout(err):
		return webhook.FailureTLS, handshakeText(t, handshake.err)
	case errors.As(err, &remote) && remote.Op == "remote error": // an alert: crypto/tls keeps its type to itself
		return webhook.FailureTLS, fmt.Sprintf("%s ended TLS: %v.", t.Host(), remote.Err)
	}
	return "", ""
}

// speaksHTTP reports whether a handshake failed because its answer was HTTP: a status line, or, from servers that take the handshake for
// HTTP/0.9, a page without one.
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
		record    tls.RecordHeaderError
		name      x509.HostnameError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		unproven  *tls.CertificateVerificationError
	)
	host := t.Host()
	switch {
	case errors.As(err, &record):
		return fmt.Sprintf("%s does not speak TLS. Is it the right port?", host)
	case errors.As(err, &name):
		return fmt.Sprintf("Its certificate is for %s, not for %s.", namesOn(name.Certificate), t.url.Hostname())
	case errors.As(err, &authority):
		return "Its certificate is from nobody this machine trusts. If it is your own, take it with --insecure."
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "Its certificate has expired, or is not valid yet."
	case errors.As(err, &unproven):
		return fmt.Sprintf("Its certificate does not verify: %v.", unproven.Err)
	case errors.Is(err, io.EOF) || isClosedByPeer(err):
		return fmt.Sprintf("%s closed the connection during the TLS handshake. Does it speak https?", host)
	}
	return fmt.Sprintf("There is no TLS with %s: %v.", host, err)
}

const shownNames = 3 // of a certificate that may have hundreds

// namesOn lists the names of a certificate. Whoever made it chose them, so what is no host name is left out.
func namesOn(c *x509.Certificate) string {
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
	if len(names) > shownNames {
		return strings.Join(names[:shownNames], ", ") + " and others"
	}
	return strings.Join(names, ", ")
}
