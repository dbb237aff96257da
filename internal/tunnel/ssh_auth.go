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

// Keys tells where to find the user's keys. Public servers accept users without a key.
type Keys struct {
	File  string // a private key, used exclusively
	Agent string // the socket of the user's SSH agent
	Dir   string // the user's ~/.ssh; keys without a passphrase are tried
}

// keyring provides the user's keys for one handshake.
type keyring struct {
	keys   Keys
	agent  net.Conn // nil if not connected
	keyErr error    // why Keys.File cannot be used
}

// methods lists the authentication methods. The ssh package tries none first. Public servers ask for a password and accept an empty one.
func (r *keyring) methods(ctx context.Context) []ssh.AuthMethod {
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

func (r *keyring) signers(ctx context.Context) ([]ssh.Signer, error) {
	if r.keys.File != "" {
		s, err := readPrivateKey(r.keys.File)
		r.keyErr = err
		return []ssh.Signer{s}, err
	}
	signers := r.agentSigners(ctx)
	if r.keys.Dir == "" {
		return signers, nil
	}
	for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
		text, err := atomicfile.Read(filepath.Join(r.keys.Dir, name), maxFileBytes)
		if err != nil {
			continue // few users have all three
		}
		if s, err := ssh.ParsePrivateKey(text); err == nil {
			signers = append(signers, s)
		}
	}
	return signers, nil
}

func readPrivateKey(file string) (ssh.Signer, error) {
	text, err := atomicfile.Read(file, maxFileBytes)
	if err != nil {
		return nil, fmt.Errorf("read the SSH key: %w", err)
	}
	s, err := ssh.ParsePrivateKey(text)
	var needsPassphrase *ssh.PassphraseMissingError
	if errors.As(err, &needsPassphrase) {
		return nil, fmt.Errorf("the SSH key %s has a passphrase: add it to your SSH agent and remove this setting", file)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is not an SSH private key", file)
	}
	return s, nil
}

// agentSigners returns the agent's keys, or nil if the agent is unavailable. The connection stays open because signing needs it.
func (r *keyring) agentSigners(ctx context.Context) []ssh.Signer {
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

func (r *keyring) close() {
	if r.agent != nil {
		_ = r.agent.Close()
	}
}
