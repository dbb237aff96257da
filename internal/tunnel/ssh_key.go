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

// keyBook keeps the keys of servers in a file of its own, in the form of OpenSSH's known_hosts: the first that a server shows is kept,
// and another one is refused from then on.
type keyBook struct {
	path string
	kept func(fingerprint string) // told of a first key
}

// KeyChangedError is that a server shows another key than it did before.
type KeyChangedError struct {
	Host    string
	Current string // the fingerprint
	Known   []string
	File    string
	Line    int // where the one before stands
}

func (e *KeyChangedError) Error() string {
	return fmt.Sprintf("the key of %s is another than before: it was %s and is %s", e.Host, strings.Join(e.Known, " or "), e.Current)
}

// algorithms lists the kinds of key that the server is known by, so that it is not asked for another kind that it has too, which would
// look like a changed key. nil: it is not known.
func (b keyBook) algorithms(host string) ([]string, error) {
	known, err := b.known(host)
	if err != nil {
		return nil, err
	}
	var algorithms []string
	for _, k := range known {
		if k.Key.Type() == ssh.KeyAlgoRSA {
			algorithms = append(algorithms, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256) // one key, newer signatures
			continue
		}
		algorithms = append(algorithms, k.Key.Type())
	}
	return algorithms, nil
}

// known lists the keys of a server.
func (b keyBook) known(host string) ([]knownhosts.KnownKey, error) {
	check, err := b.open()
	if err != nil || check == nil {
		return nil, err
	}
	var wrong *knownhosts.KeyError
	if err := check(host, &net.TCPAddr{}, nobodysKey{}); errors.As(err, &wrong) {
		return wrong.Want, nil
	}
	return nil, nil
}

// open reads the file; nil where there is none yet.
func (b keyBook) open() (ssh.HostKeyCallback, error) {
	if err := atomicfile.CheckRegular(b.path); err != nil {
		return nil, fmt.Errorf("read the known keys of servers in %s: %w", b.path, err)
	}
	check, err := knownhosts.New(b.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the known keys of servers in %s: %w", b.path, err)
	}
	return check, nil
}

// check is the ssh.HostKeyCallback.
func (b keyBook) check(host string, _ net.Addr, key ssh.PublicKey) error {
	known, err := b.known(host)
	if err != nil {
		return err
	}
	if len(known) == 0 {
		if err := b.add(host, key); err != nil {
			return err
		}
		b.kept(ssh.FingerprintSHA256(key))
		return nil
	}
	changed := &KeyChangedError{Host: host, Current: ssh.FingerprintSHA256(key), File: b.path, Line: known[0].Line}
	for _, k := range known {
		if bytes.Equal(k.Key.Marshal(), key.Marshal()) {
			return nil
		}
		changed.Known = append(changed.Known, ssh.FingerprintSHA256(k.Key))
	}
	return changed
}

// add appends a line in one write, which other processes see whole.
func (b keyBook) add(host string, key ssh.PublicKey) error {
	if err := os.MkdirAll(filepath.Dir(b.path), 0o700); err != nil {
		return fmt.Errorf("keep the key of %s: %w", host, err)
	}
	f, err := os.OpenFile(b.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("keep the key of %s: %w", host, err)
	}
	_, err = f.WriteString(knownhosts.Line([]string{knownhosts.Normalize(host)}, key) + "\n")
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("keep the key of %s: %w", host, err)
	}
	return nil
}

// nobodysKey is a key that no server has: asked for it, the file tells which ones it knows.
type nobodysKey struct{}

func (nobodysKey) Type() string                        { return "nobody's" }
func (nobodysKey) Marshal() []byte                     { return []byte("nobody's") }
func (nobodysKey) Verify([]byte, *ssh.Signature) error { return errors.New("it signs nothing") }
