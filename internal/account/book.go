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
type Book struct {
	memory string // the file of what was set
	undo   string // the file of what must be put back; there only while something must
	now    func() time.Time
}

// New makes a Book that is kept in a file, and in others beside it. Nothing is read or made.
func New(file string, now func() time.Time) *Book {
	return &Book{memory: file, undo: file + ".undo", now: now}
}

// Files are the files that may hold secrets, whether they are there or not.
func (b *Book) Files() []string { return []string{b.memory, b.undo} }

// HasLeft reports whether there may be something to put back. It costs one stat.
func (b *Book) HasLeft() bool {
	_, err := os.Lstat(b.undo)
	return !errors.Is(err, fs.ErrNotExist)
}

// Left lists what dead processes left in an account: the overrides whose holder has died.
func (b *Book) Left() ([]Override, error) {
	overrides, err := b.readUndo()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(overrides, func(o Override) bool { return o.Top().Live }), nil
}

// Look returns what is known of an account's webhook.
func (b *Book) Look(a Account) (State, error) {
	var s State
	accounts, err := b.readMemory()
	if err != nil {
		return s, err
	}
	if i := indexAccount(accounts, a); i >= 0 {
		s.Known = accounts[i].remembered()
	}
	overrides, err := b.readUndo()
	if err != nil {
		return s, err
	}
	if i := indexOverride(overrides, a); i >= 0 {
		s.Override = &overrides[i]
	}
	return s, nil
}

func indexAccount(accounts []entry, a Account) int {
	id := a.keyID()
	return slices.IndexFunc(accounts, func(e entry) bool { return e.API == a.API && e.KeyID == id })
}

func indexOverride(overrides []Override, a Account) int {
	return slices.IndexFunc(overrides, func(o Override) bool { return o.IsOf(a) })
}

// remember writes what is registered for good. unsure is what a call without an answer may have put in its place.
func (b *Book) remember(a Account, w, unsure *vidiking.Webhook, at time.Time) error {
	accounts, err := b.readMemory()
	if err != nil {
		return err
	}
	i := indexAccount(accounts, a)
	if i < 0 {
		i = len(accounts)
		accounts = append(accounts, entry{API: a.API, Key: a.Key.String(), KeyID: a.keyID()})
	}
	accounts[i].At = at.UTC()
	accounts[i].Webhook, accounts[i].Unsure = bodyOf(w), bodyOf(unsure)
	return b.writeMemory(accounts)
}
