package account

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	formatVersion = 1
	maxFileBytes  = 1 << 20 // enough for thousands of accounts
)

// Why a file that could be read is unusable.
var (
	ErrNewerFile   = errors.New("it was written by a newer version of vidiking")
	ErrDamagedFile = errors.New("it is damaged")
)

// FileError reports a file that cannot be used. It never quotes the file.
type FileError struct {
	Path string
	Op   string // the verb: "read", "write", …
	Err  error  // without the path
}

func (e *FileError) Error() string {
	return fmt.Sprintf("cannot %s %s: %v", e.Op, e.Path, e.Err)
}

func (e *FileError) Unwrap() error { return e.Err }

// savedFile is the file with the permanent webhooks.
type savedFile struct {
	V        int             `json:"v"`
	Accounts []accountRecord `json:"accounts"`
}

type accountRecord struct {
	API     string         `json:"api"`
	Key     string         `json:"key"` // masked
	KeyID   string         `json:"key_id"`
	Webhook *webhookRecord `json:"webhook,omitempty"`
	At      time.Time      `json:"at"`
	Unsure  *webhookRecord `json:"uncertain,omitempty"`
}

// saved returns the webhook, or nil if nothing is known.
func (e accountRecord) saved() *SavedWebhook {
	r := &SavedWebhook{At: e.At, Uncertain: e.Unsure.webhook()}
	switch {
	case e.Webhook != nil:
		r.Webhook = *e.Webhook.webhook()
	case r.Uncertain != nil:
		r.Webhook = *r.Uncertain
	default:
		return nil
	}
	return r
}

// webhookRecord is a webhook in a file. Its secret is not masked because the webhook must be restorable. Only the owner can read the
// files.
type webhookRecord struct {
	URL    string   `json:"url"`
	Events []string `json:"events"`
	Secret string   `json:"secret"`
}

func recordOf(w *vidiking.Webhook) *webhookRecord {
	if w == nil {
		return nil
	}
	return &webhookRecord{w.URL, w.Events, w.Secret.Reveal()}
}

func (s *webhookRecord) webhook() *vidiking.Webhook {
	if s == nil {
		return nil
	}
	return &vidiking.Webhook{URL: s.URL, Events: s.Events, Secret: webhook.SecretFrom(s.Secret)}
}

// undoFile is the file with the overrides to undo.
type undoFile struct {
	V         int              `json:"v"`
	Overrides []overrideRecord `json:"overrides"`
}

type overrideRecord struct {
	API     string         `json:"api"`
	Key     string         `json:"key"` // masked
	KeyID   string         `json:"key_id"`
	Base    *webhookRecord `json:"base,omitempty"`
	Holders []holderRecord `json:"holders"`
}

type holderRecord struct {
	ID      string         `json:"id"`
	PID     int            `json:"pid"`
	Since   time.Time      `json:"since"`
	Sandbox bool           `json:"sandbox,omitempty"`
	Webhook *webhookRecord `json:"webhook"`
}

func (s *Store) readSaved() ([]accountRecord, error) {
	var f savedFile
	err := read(s.savedPath, &f, &f.V)
	return f.Accounts, err
}

func (s *Store) writeSaved(accounts []accountRecord) error {
	return write(s.savedPath, savedFile{formatVersion, accounts})
}

func (s *Store) readUndo() ([]Override, error) {
	var f undoFile
	if err := read(s.undoPath, &f, &f.V); err != nil {
		return nil, err
	}
	var overrides []Override
	for _, o := range f.Overrides {
		override := Override{API: o.API, Key: o.Key, keyID: o.KeyID, Base: o.Base.webhook()}
		for _, h := range o.Holders {
			if h.Webhook != nil {
				override.Holders = append(override.Holders, Holder{
					h.ID, h.PID, h.Since, h.Sandbox, *h.Webhook.webhook(), s.isLive(h.ID),
				})
			}
		}
		if len(override.Holders) > 0 {
			overrides = append(overrides, override)
		}
	}
	return overrides, nil
}

// writeUndo writes the overrides, or removes the file if there are none.
func (s *Store) writeUndo(overrides []Override) error {
	if len(overrides) == 0 {
		if err := atomicfile.Remove(s.undoPath); err != nil {
			return &FileError{s.undoPath, "remove", withoutPath(err)}
		}
		return nil
	}
	f := undoFile{V: formatVersion}
	for _, o := range overrides {
		out := overrideRecord{API: o.API, Key: o.Key, KeyID: o.keyID, Base: recordOf(o.Base)}
		for _, h := range o.Holders {
			out.Holders = append(out.Holders, holderRecord{h.ID, h.PID, h.Since, h.Sandbox, recordOf(&h.Webhook)})
		}
		f.Overrides = append(f.Overrides, out)
	}
	return write(s.undoPath, f)
}

// read decodes a file into v. If the file does not exist, v stays unchanged.
func read(path string, v any, itsVersion *int) error {
	text, err := atomicfile.Read(path, maxFileBytes)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		return nil
	case err != nil:
		return &FileError{path, "read", withoutPath(err)}
	}
	return decode(path, text, v, itsVersion)
}

func decode(path string, text []byte, v any, itsVersion *int) error {
	// Drop the decoder's error because it may quote the file.
	err := json.Unmarshal(text, v)
	switch {
	case err == nil && *itsVersion > formatVersion:
		return &FileError{path, "read", ErrNewerFile}
	case err != nil || *itsVersion != formatVersion:
		return &FileError{path, "read", ErrDamagedFile}
	}
	return nil
}

func write(path string, v any) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ") // people may have to read it
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return &FileError{path, "write", withoutPath(err)}
	}
	if err := atomicfile.WriteBytes(path, 0o600, text.Bytes()); err != nil {
		return &FileError{path, "write", withoutPath(err)}
	}
	return nil
}

// withoutPath strips the operation and path from a file error.
func withoutPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
