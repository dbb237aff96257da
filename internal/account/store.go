package account

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// Book is what is remembered of the webhooks of a profile. Any number of processes may use it at once.
type Store struct {
	savedPath string // the file of what was set
	undoPath  string // the file of what must be put back; there only while something must
	now       func() time.Time
}

// New makes a Book that is kept in a file, and in others beside it. Nothing is read or made.
func New(file string, now func() time.Time) *Store {
	return &Store{savedPath: file, undoPath: file + ".undo", now: now}
}

// Files are the files that may hold secrets, whether they are there or not.
func (s *Store) Files() []string { return []string{s.savedPath, s.undoPath} }

// HasLeft reports whether there may be something to put back. It costs one stat.
func (s *Store) HasStale() bool {
	_, err := os.Lstat(s.undoPath)
	return !errors.Is(err, fs.ErrNotExist)
}

// Left lists what dead processes left in an account: the overrides whose holder has died.
func (s *Store) Stale() ([]Override, error) {
	overrides, err := s.readUndo()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(overrides, func(o Override) bool { return o.Active().Live }), nil
}

// Look returns what is known of an account's webhook.
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

// remember writes what is registered for good. unsure is what a call without an answer may have put in its place.
func (s *Store) save(a Account, w, unsure *vidiking.Webhook, at time.Time) error {
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
	accounts[i].Webhook, accounts[i].Unsure = recordOf(w), recordOf(unsure)
	return s.writeSaved(accounts)
}
