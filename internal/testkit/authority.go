package testkit

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"
)

// Authority is a certificate authority that only the test trusts.
type Authority struct {
	tb          testing.TB
	certificate *x509.Certificate
	key         crypto.Signer
}

// NewAuthority creates an Authority.
func NewAuthority(tb testing.TB) *Authority {
	tb.Helper()
	a := &Authority{tb: tb}
	template := a.template(time.Now().Add(time.Hour))
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign
	a.key = a.newKey()
	a.certificate = a.sign(template, template, a.key.Public(), a.key)
	return a
}

// Pool returns a pool that trusts only this authority.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// Certificate issues a certificate for names and IP addresses, valid for an hour.
func (a *Authority) Certificate(names ...string) tls.Certificate {
	a.tb.Helper()
	return a.issue(time.Now().Add(time.Hour), names)
}

// Expired issues a certificate that expired a minute ago.
func (a *Authority) Expired(names ...string) tls.Certificate {
	a.tb.Helper()
	return a.issue(time.Now().Add(-time.Minute), names)
}

func (a *Authority) issue(until time.Time, names []string) tls.Certificate {
	a.tb.Helper()
	template := a.template(until)
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
			continue
		}
		template.DNSNames = append(template.DNSNames, name)
	}
	key := a.newKey()
	leaf := a.sign(template, a.certificate, key.Public(), a.key)
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key}
}

func (a *Authority) template(until time.Time) *x509.Certificate {
	a.tb.Helper()
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 128))
	if err != nil {
		a.tb.Fatalf("generate a serial number: %v", err)
	}
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "vidiking testkit"},
		NotBefore:    until.Add(-2 * time.Hour),
		NotAfter:     until,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
}

func (a *Authority) newKey() crypto.Signer {
	a.tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.tb.Fatalf("generate a key: %v", err)
	}
	return key
}

func (a *Authority) sign(template, parent *x509.Certificate, public crypto.PublicKey, by crypto.Signer) *x509.Certificate {
	a.tb.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, by)
	if err != nil {
		a.tb.Fatalf("sign a certificate: %v", err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		a.tb.Fatalf("parse the issued certificate: %v", err)
	}
	return certificate
}
