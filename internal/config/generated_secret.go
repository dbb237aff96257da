package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// GeneratedSecretPath returns the path of the secret that EnsureSecret generates for a data directory.
func GeneratedSecretPath(dataDir string) string { return filepath.Join(dataDir, secretFile) }

// GeneratedSecret reads the secret that the program generated for a data directory. It reports whether there is one. A file without a
// valid secret is an error.
func GeneratedSecret(dataDir string) (webhook.Secret, bool, error) {
	path := GeneratedSecretPath(dataDir)
	text, err := readSecretFile(path, atomicfile.Open)
	if errors.Is(err, fs.ErrNotExist) {
		return webhook.Secret{}, false, nil
	}
	if err != nil {
		return webhook.Secret{}, false, &Error{Msg: "cannot read the generated secret in " + dataDir, Err: withoutPath(err)}
	}
	value := withoutLineEnd(text)
	if msg := secretProblem(value); msg != "" {
		return webhook.Secret{}, false, &Error{
			Msg:  fmt.Sprintf("the generated secret is damaged: %s %s", path, msg),
			Hint: "remove the file, and vidiking listen generates a new secret, which your handler then needs",
		}
	}
	return webhook.SecretFrom(value), true, nil
}

// EnsureSecret returns the secret of a data directory, and generates one if there is none. If several processes call it at the same
// time, one of them generates the secret and all return it.
func EnsureSecret(dataDir string, random io.Reader) (s webhook.Secret, isNew bool, err error) {
	return ensureSecret(dataDir, random, os.Link)
}

func ensureSecret(dataDir string, random io.Reader, link func(from, to string) error) (webhook.Secret, bool, error) {
	if s, ok, err := GeneratedSecret(dataDir); ok || err != nil {
		return s, false, err
	}
	s, err := webhook.NewSecret(random)
	if err != nil {
		return webhook.Secret{}, false, err
	}
	err = writeNewSecret(dataDir, s, link)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		s, ok, err := GeneratedSecret(dataDir)
		if err == nil && !ok {
			err = &Error{Msg: "cannot save the new secret in " + dataDir + ": another process created one there and removed it again", Hint: "run the command again"}
		}
		return s, false, err
	}
	if err != nil {
		return webhook.Secret{}, false, &Error{Msg: "cannot save the new secret in " + dataDir, Err: withoutPath(err)}
	}
	return s, true, nil
}

// writeNewSecret writes the secret's file, unless it exists: then it returns fs.ErrExist. Creating a link fails if the name is taken,
// unlike a rename. On a file system without links, it holds a lock while it renames the file.
func writeNewSecret(dataDir string, s webhook.Secret, link func(from, to string) error) error {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return err
	}
	path := GeneratedSecretPath(dataDir)
	f, err := atomicfile.Create(path, 0o600)
	if err != nil {
		return err
	}
	defer f.Discard() // removes one of the two links to the file
	if _, err := f.WriteString(s.Reveal() + "\n"); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	err = link(f.Name(), path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = renameToFree(f.Name(), path)
	}
	if err == nil {
		atomicfile.SyncDir(dataDir)
	}
	return err
}

// renameToFree renames a file unless the new name is taken. A lock keeps other processes from doing the same.
func renameToFree(from, to string) error {
	unlock, err := lock(to, lockTimeout)
	if err != nil {
		return err
	}
	defer unlock()
	switch _, err := os.Lstat(to); {
	case err == nil:
		return fs.ErrExist
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return os.Rename(from, to)
}

// maxSecretBytes is the maximum size of a file with a secret.
const maxSecretBytes = 4 << 10

// readSecretFile reads at most maxSecretBytes.
func readSecretFile(path string, open func(string) (*os.File, error)) (string, error) {
	f, err := open(path)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, maxSecretBytes))
	return string(text), err
}

// secretProblem returns what is wrong with the contents of the secret's file. It is empty if they are valid.
func secretProblem(value string) string {
	if value == "" {
		return "is empty"
	}
	if p := checkSecret(value); p != nil {
		return p.msg
	}
	if rest, ok := strings.CutPrefix(value, secretPrefix); !ok || rest == "" {
		return "does not contain a secret that begins with " + secretPrefix
	}
	return ""
}
