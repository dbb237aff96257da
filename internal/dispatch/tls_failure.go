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
	"time"

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
		if kind, text := certificateFailure(t, handshake.err); kind != "" {
			return kind, text
		}
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

// certificateFailure explains a certificate that crypto/x509 does not accept. It returns "" if err is something else. Of several
// problems it names the first that Go finds: the dates, then the name, then the issuer.
func certificateFailure(t Target, err error) (webhook.Failure, string) {
	var (
		name      x509.HostnameError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
	)
	const skip = " If it is your own, skip the check with --insecure."
	switch {
	case errors.As(err, &name) && hasNoName(name.Certificate):
		return webhook.FailureTLSNoSAN, "The certificate has a common name only. Clients check the subject alternative name, which it lacks: " +
			"create it with one (openssl req … -addext subjectAltName=DNS:" + t.url.Hostname() + ")." + skip
	case errors.As(err, &name):
		return webhook.FailureTLSOtherName, fmt.Sprintf("The certificate is for %s, not for %s. Use that name in the target.",
			certificateNames(name.Certificate), t.url.Hostname()) + skip
	case errors.As(err, &authority) && isSelfSigned(authority.Cert):
		return webhook.FailureTLSUnknownIssuer, "The certificate is self-signed, so this machine does not trust it." + skip
	case errors.As(err, &authority):
		return webhook.FailureTLSUnknownIssuer, "This machine does not trust the issuer of the certificate." + skip
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		return webhook.FailureTLSExpired, fmt.Sprintf("The certificate is valid only from %s to %s. Renew it.",
			invalid.Cert.NotBefore.UTC().Format(time.DateOnly), invalid.Cert.NotAfter.UTC().Format(time.DateOnly)) + skip
	}
	return "", ""
}

// isSelfSigned reports whether a certificate was signed with its own key.
func isSelfSigned(c *x509.Certificate) bool {
	return c != nil && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

// hasNoName reports whether a certificate has no subject alternative name that names a host.
func hasNoName(c *x509.Certificate) bool { return len(c.DNSNames) == 0 && len(c.IPAddresses) == 0 }

func handshakeText(t Target, err error) string {
	var (
		record     tls.RecordHeaderError
		unverified *tls.CertificateVerificationError
	)
	host := t.Host()
	switch {
	case errors.As(err, &record):
		return fmt.Sprintf("%s does not speak TLS. Is it the right port?", host)
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
