package account

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// Store keeps the known webhooks of one profile. Several processes may use it at the same time.
type Store struct {
	savedPath string // file with the permanent webhooks
	undoPath  string // file with the overrides; exists only while there are any
	now       func() time.Time
}

// New returns a Store that uses the given file and others next to it. It does not access the disk.
func New(file string, now func() time.Time) *Store {
	return &Store{savedPath: file, undoPath: file + ".undo", now: now}
}

// Files returns the paths that may contain secrets, whether they exist or not.
func (s *Store) Files() []string { return []string{s.savedPath, s.undoPath} }

// HasStale reports whether there may be a webhook to restore. It costs one stat.
func (s *Store) HasStale() bool {
	_, err := os.Lstat(s.undoPath)
	return !errors.Is(err, fs.ErrNotExist)
}

// Stale returns the overrides whose active holder has died.
func (s *Store) Stale() ([]Override, error) {
	overrides, err := s.readUndo()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(overrides, func(o Override) bool { return o.Active().Live }), nil
}

// State returns what is known about an account's webhook.
func (s *Store) State(a Account) (State, error) {
	var state State
	accounts, err := s.readSaved()
	if err != nil {
		return state, err
	}
	if i := indexAccount(accounts, a); i >= 0 {
		state.Saved = accounts[i].saved()
	}
	overrides, err := s.readUndo()
	if err != nil {
		return state, err
	}
	if i := indexOverride(overrides, a); i >= 0 {
		state.Override = &overrides[i]
	}
	return state, nil
}

func indexAccount(accounts []accountRecord, a Account) int {
	id := a.keyID()
	return slices.IndexFunc(accounts, func(e accountRecord) bool { return e.API == a.API && e.KeyID == id })
}

func indexOverride(overrides []Override, a Account) int {
	return slices.IndexFunc(overrides, func(o Override) bool { return o.BelongsTo(a) })
}

// save records the permanent webhook. uncertain is what a call with an unknown outcome may have set instead.
func (s *Store) save(a Account, w, uncertain *vidiking.Webhook, at time.Time) error {
	accounts, err := s.readSaved()
	if err != nil {
		return err
	}
	i := indexAccount(accounts, a)
	if i < 0 {
		i = len(accounts)
		accounts = append(accounts, accountRecord{API: a.API, Key: a.Key.String(), KeyID: a.keyID()})
	}
	accounts[i].At = at.UTC()
	accounts[i].Webhook, accounts[i].Unsure = recordOf(w), recordOf(uncertain)
	return s.writeSaved(accounts)
}
