package tunnel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

// Keys is where our keys are. Without any, a server may still take us without one, as the public ones do.
type Keys struct {
	File  string // a private key, which is the only one then
	Agent string // the socket of the user's SSH agent
	Dir   string // the user's ~/.ssh, whose keys without a passphrase are tried
}

// ring is our keys, for one handshake.
type ring struct {
	keys  Keys
	agent net.Conn // nil where it was not asked
	bad   error    // why the key that was named can't be used
}

// methods lists the ways to say who we are; the library tries to get in without any first. Public servers ask for a password and take
// an empty one.
func (r *ring) methods(ctx context.Context) []ssh.AuthMethod {
	var methods []ssh.AuthMethod
	if r.keys != (Keys{}) {
		methods = append(methods, ssh.PublicKeysCallback(func() ([]ssh.Signer, error) { return r.signers(ctx) }))
	}
	return append(methods,
		ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
			return make([]string, len(questions)), nil
		}),
		ssh.Password(""),
	)
}

func (r *ring) signers(ctx context.Context) ([]ssh.Signer, error) {
	if r.keys.File != "" {
		s, err := named(r.keys.File)
		r.bad = err
		return []ssh.Signer{s}, err
	}
	signers := r.ofAgent(ctx)
	if r.keys.Dir == "" {
		return signers, nil
	}
	for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
		text, err := atomicfile.Read(filepath.Join(r.keys.Dir, name), largestFile)
		if err != nil {
			continue // most people have one of them
		}
		if s, err := ssh.ParsePrivateKey(text); err == nil {
			signers = append(signers, s)
		}
	}
	return signers, nil
}

func named(file string) (ssh.Signer, error) {
	text, err := atomicfile.Read(file, largestFile)
	if err != nil {
		return nil, fmt.Errorf("read the key: %w", err)
	}
	s, err := ssh.ParsePrivateKey(text)
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		return nil, fmt.Errorf("the key %s has a passphrase: add it to your SSH agent, and leave the setting out", file)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is no private key", file)
	}
	return s, nil
}

// ofAgent asks the user's agent. Its connection stays open, since signing needs it. An agent that is gone is no agent.
func (r *ring) ofAgent(ctx context.Context) []ssh.Signer {
	if r.keys.Agent == "" {
		return nil
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", r.keys.Agent)
	if err != nil {
		return nil
	}
	r.agent = conn
	signers, err := agent.NewClient(conn).Signers()
	if err != nil {
		return nil
	}
	return signers
}

func (r *ring) close() {
	if r.agent != nil {
		_ = r.agent.Close()
	}
}
