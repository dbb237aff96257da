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
	version     = 1
	largestFile = 1 << 20 // thousands of accounts
)

// FileError says that a file can't be read or written. It never repeats what is in it.
type FileError struct {
	Path string
	Msg  string // what goes on from the path
	Err  error  // may be nil
}

func (e *FileError) Error() string {
	if e.Err != nil {
		return e.Path + " " + e.Msg + ": " + e.Err.Error()
	}
	return e.Path + " " + e.Msg
}

func (e *FileError) Unwrap() error { return e.Err }

// memoryFile is the file of what was set for good.
type memoryFile struct {
	V        int     `json:"v"`
	Accounts []entry `json:"accounts"`
}

type entry struct {
	API     string    `json:"api"`
	Key     string    `json:"key"` // masked
	KeyID   string    `json:"key_id"`
	Webhook *body     `json:"webhook,omitempty"`
	At      time.Time `json:"at"`
	Unsure  *body     `json:"unsure,omitempty"`
}

// remembered is nil where nothing is known but that a call may have changed it.
func (e entry) remembered() *Remembered {
	r := &Remembered{At: e.At, Unsure: e.Unsure.webhook()}
	switch {
	case e.Webhook != nil:
		r.Webhook = *e.Webhook.webhook()
	case r.Unsure != nil:
		r.Webhook = *r.Unsure
	default:
		return nil
	}
	return r
}

// body is a webhook as it is kept. Its secret is not masked: the files are for their owner, and it must be put back.
type body struct {
	URL    string   `json:"url"`
	Events []string `json:"events"`
	Secret string   `json:"secret"`
}

func bodyOf(w *vidiking.Webhook) *body {
	if w == nil {
		return nil
	}
	return &body{w.URL, w.Events, w.Secret.Reveal()}
}

func (b *body) webhook() *vidiking.Webhook {
	if b == nil {
		return nil
	}
	return &vidiking.Webhook{URL: b.URL, Events: b.Events, Secret: webhook.SecretFrom(b.Secret)}
}

// undoFile is the file of what must be put back.
type undoFile struct {
	V         int            `json:"v"`
	Overrides []overrideBody `json:"overrides"`
}

type overrideBody struct {
	API     string       `json:"api"`
	Key     string       `json:"key"` // masked
	KeyID   string       `json:"key_id"`
	Base    *body        `json:"base,omitempty"`
	Holders []holderBody `json:"holders"`
}

type holderBody struct {
	ID      string    `json:"id"`
	PID     int       `json:"pid"`
	Since   time.Time `json:"since"`
	Sandbox bool      `json:"sandbox,omitempty"`
	Webhook *body     `json:"webhook"`
}

func (b *Book) readMemory() ([]entry, error) {
	var f memoryFile
	err := read(b.memory, &f, &f.V)
	return f.Accounts, err
}

func (b *Book) writeMemory(accounts []entry) error {
	return write(b.memory, memoryFile{version, accounts})
}

func (b *Book) readUndo() ([]Override, error) {
	var f undoFile
	if err := read(b.undo, &f, &f.V); err != nil {
		return nil, err
	}
	var overrides []Override
	for _, o := range f.Overrides {
		override := Override{API: o.API, Key: o.Key, keyID: o.KeyID, Base: o.Base.webhook()}
		for _, h := range o.Holders {
			if h.Webhook != nil {
				override.Holders = append(override.Holders, Holder{
					h.ID, h.PID, h.Since, h.Sandbox, *h.Webhook.webhook(), b.isLive(h.ID),
				})
			}
		}
		if len(override.Holders) > 0 {
			overrides = append(overrides, override)
		}
	}
	return overrides, nil
}

// writeUndo writes what must be put back; where that is nothing, there is no file.
func (b *Book) writeUndo(overrides []Override) error {
	if len(overrides) == 0 {
		if err := atomicfile.Remove(b.undo); err != nil {
			return &FileError{b.undo, "can't be removed", reason(err)}
		}
		return nil
	}
	f := undoFile{V: version}
	for _, o := range overrides {
		out := overrideBody{API: o.API, Key: o.Key, KeyID: o.keyID, Base: bodyOf(o.Base)}
		for _, h := range o.Holders {
			out.Holders = append(out.Holders, holderBody{h.ID, h.PID, h.Since, h.Sandbox, bodyOf(&h.Webhook)})
		}
		f.Overrides = append(f.Overrides, out)
	}
	return write(b.undo, f)
}

// read reads a file into what v points to. An absent one leaves it as it is.
func read(path string, v any, itsVersion *int) error {
	text, err := atomicfile.Read(path, largestFile)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		return nil
	case err != nil:
		return &FileError{path, "can't be read", reason(err)}
	}
	return decode(path, text, v, itsVersion)
}

func decode(path string, text []byte, v any, itsVersion *int) error {
	// An error of the decoder may quote what it read, so it goes no further.
	err := json.Unmarshal(text, v)
	switch {
	case err == nil && *itsVersion > version:
		return &FileError{Path: path, Msg: "was written by a newer vidiking"}
	case err != nil || *itsVersion != version:
		return &FileError{Path: path, Msg: "is damaged"}
	}
	return nil
}

func write(path string, v any) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ") // a person may have to read it
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return &FileError{path, "can't be written", reason(err)}
	}
	if err := atomicfile.WriteBytes(path, 0o600, text.Bytes()); err != nil {
		return &FileError{path, "can't be written", reason(err)}
	}
	return nil
}

// reason is why a file could not be used, without the call and the path.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
