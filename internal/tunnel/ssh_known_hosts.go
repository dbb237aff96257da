package tunnel

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

// knownHosts keeps host keys in a file in OpenSSH's known_hosts format. The first key of a server is trusted and saved; a different one
// is rejected later.
type knownHosts struct {
	path     string
	onNewKey func(fingerprint string) // called after a first key is saved
}

// KeyChangedError reports that a server's host key differs from the saved one.
type KeyChangedError struct {
	Host    string
	Current string // fingerprint
	Known   []string
	File    string
	Line    int // line of the saved key
}

func (e *KeyChangedError) Error() string {
	return fmt.Sprintf("the host key of %s has changed from %s to %s", e.Host, strings.Join(e.Known, " or "), e.Current)
}

// algorithms returns the key algorithms saved for a server, or nil if it is unknown. Asking for other algorithms could return another of
// the server's keys, which would look like a changed key.
func (b knownHosts) algorithms(host string) ([]string, error) {
	known, err := b.keysOf(host)
	if err != nil {
		return nil, err
	}
	var algorithms []string
	for _, s := range known {
		if s.Key.Type() == ssh.KeyAlgoRSA {
			algorithms = append(algorithms, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256) // same key, newer signature algorithms
			continue
		}
		algorithms = append(algorithms, s.Key.Type())
	}
	return algorithms, nil
}

// keysOf returns the saved keys of a server.
func (b knownHosts) keysOf(host string) ([]knownhosts.KnownKey, error) {
	check, err := b.open()
	if err != nil || check == nil {
		return nil, err
	}
	var wrong *knownhosts.KeyError
	if err := check(host, &net.TCPAddr{}, placeholderKey{}); errors.As(err, &wrong) {
		return wrong.Want, nil
	}
	return nil, nil
}

// open reads the file. It returns nil if there is none yet.
func (b knownHosts) open() (ssh.HostKeyCallback, error) {
	if err := atomicfile.CheckRegular(b.path); err != nil {
		return nil, fmt.Errorf("read known hosts %s: %w", b.path, err)
	}
	check, err := knownhosts.New(b.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read known hosts %s: %w", b.path, err)
	}
	return check, nil
}

// check implements ssh.HostKeyCallback.
func (b knownHosts) check(host string, _ net.Addr, key ssh.PublicKey) error {
	known, err := b.keysOf(host)
	if err != nil {
		return err
	}
	if len(known) == 0 {
		if err := b.add(host, key); err != nil {
			return err
		}
		b.onNewKey(ssh.FingerprintSHA256(key))
		return nil
	}
	changed := &KeyChangedError{Host: host, Current: ssh.FingerprintSHA256(key), File: b.path, Line: known[0].Line}
	for _, s := range known {
		if bytes.Equal(s.Key.Marshal(), key.Marshal()) {
			return nil
		}
		changed.Known = append(changed.Known, ssh.FingerprintSHA256(s.Key))
	}
	return changed
}

// add appends a line in a single write. Other processes never see part of it.
func (b knownHosts) add(host string, key ssh.PublicKey) error {
	if err := os.MkdirAll(filepath.Dir(b.path), 0o700); err != nil {
		return fmt.Errorf("save the host key of %s: %w", host, err)
	}
	f, err := os.OpenFile(b.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("save the host key of %s: %w", host, err)
	}
	_, err = f.WriteString(knownhosts.Line([]string{knownhosts.Normalize(host)}, key) + "\n")
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("save the host key of %s: %w", host, err)
	}
	return nil
}

// placeholderKey matches no server's key. Checking it makes knownhosts return the saved keys.
type placeholderKey struct{}

func (placeholderKey) Type() string    { return "nobody's" }
func (placeholderKey) Marshal() []byte { return []byte("nobody's") }
func (placeholderKey) Verify([]byte, *ssh.Signature) error {
	return errors.New("placeholder key cannot sign")
}
