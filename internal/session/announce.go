package session

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

// Info describes a session to other commands.
type Info struct {
	V         int       `json:"v"`
	ID        string    `json:"id"`
	PID       int       `json:"pid"`
	StartedAt time.Time `json:"started_at"`
	Dir       string    `json:"dir"`                  // the working directory of the session
	Project   string    `json:"project,omitempty"`    // the project directory that contains Dir
	URL       string    `json:"url"`                  // the loopback ingress, with its path
	PublicURL string    `json:"public_url,omitempty"` // the public URL, if there is one
	State     string    `json:"state"`
	Since     time.Time `json:"since,omitzero"` // start of the reconnect, while reconnecting
	Tunnel    string    `json:"tunnel,omitempty"`
	Forward   string    `json:"forward"`
	TimeoutMS int64     `json:"timeout_ms,omitempty"` // timeout for the handler
	Hold      bool      `json:"hold,omitempty"`       // deliveries are held while the handler is down
	Secret    string    `json:"secret,omitempty"`     // masked; the secret that verifies signatures, if any
	Token     string    `json:"token"`
}

// The states of a session. The loopback ingress accepts deliveries in all of them.
const (
	StateConnecting   = "connecting"   // the tunnel is being opened
	StateReady        = "ready"        // the tunnel is open
	StateReconnecting = "reconnecting" // the tunnel was open and is down
)

const (
	dirName    = "sessions"
	version    = 1
	tokenBytes = 32 // as long as the HMAC key of the signatures
	idPrefix   = "ses_"
	idBytes    = 6 // enough to name one of a few files
)

// Session is a running `listen`, as announced to other commands. Close it, or let the process end. Its methods are safe for concurrent
// use.
type Session struct {
	path string

	mu   sync.Mutex
	info Info
	lock *flock.Flock // held from Lock or Announce until Close

	announced bool
}

// NewInfo returns an Info with a new id and token drawn from random. Only random can cause an error.
func NewInfo(random io.Reader) (Info, error) {
	var b [idBytes + tokenBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return Info{}, fmt.Errorf("draw a session token: %w", err)
	}
	enc := base64.RawURLEncoding
	return Info{V: version, ID: idPrefix + enc.EncodeToString(b[:idBytes]), Token: enc.EncodeToString(b[idBytes:])}, nil
}

// New returns a Session that is not announced yet.
func New(dataDir string, info Info) *Session {
	return &Session{info: info, path: filepath.Join(dataDir, dirName, info.ID+".json")}
}

// Lock marks the session as alive, which keeps another `listen` from adopting its pending deliveries. Other commands find the session only
// after Announce.
func (s *Session) Lock() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.takeLock()
}

// takeLock takes the lock unless the session already has it. The caller holds mu.
func (s *Session) takeLock() error {
	if s.lock != nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return fmt.Errorf("announce the session: %w", err)
	}
	lock := flock.New(lockPath(s.path), flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err == nil && !ok {
		err = errTaken
	}
	if err != nil {
		return fmt.Errorf("lock the session file %s: %w", s.path, err)
	}
	s.lock = lock // from now on, this session owns the files
	return nil
}

// Announce fills in the session's description and publishes it to the commands that use the same data directory. It takes the lock before
// it writes the file, because a file without a lock means a dead session.
func (s *Session) Announce(fill func(*Info)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.takeLock(); err != nil {
		return err
	}
	fill(&s.info)
	s.announced = true
	return s.write()
}

// Reannounce announces the session again if its files, or the whole data directory, were deleted.
func (s *Session) Reannounce() error {
	s.mu.Lock()
	announced := s.announced
	s.mu.Unlock()
	if !announced || exists(s.path) && exists(lockPath(s.path)) {
		return nil
	}
	if err := s.Close(); err != nil {
		return err
	}
	return s.Announce(func(*Info) {})
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, os.ErrNotExist)
}

// Info returns the current description.
func (s *Session) Info() Info {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.info
}

// Update changes the description. Changes before Announce and after Close are not published.
func (s *Session) Update(change func(*Info)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.info)
	if !s.announced {
		return nil
	}
	return s.write()
}

// Close withdraws the announcement, if there is one.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock == nil {
		return nil
	}
	// Release the lock last, because a file without a lock means a dead session.
	err := errors.Join(remove(s.path), s.lock.Unlock(), remove(lockPath(s.path)))
	s.lock, s.announced = nil, false
	if err != nil {
		return fmt.Errorf("remove the session file: %w", err)
	}
	return nil
}

// write replaces the file atomically. Readers never see part of it.
func (s *Session) write() error {
	data, err := json.Marshal(s.info)
	if err != nil {
		return fmt.Errorf("write the session file: %w", err)
	}
	f, err := atomicfile.Create(s.path, 0o600)
	if err == nil {
		defer f.Discard()
		_, err = f.Write(append(data, '\n'))
	}
	if err == nil {
		err = f.Commit()
	}
	if err != nil {
		return fmt.Errorf("write the session file: %w", err)
	}
	return nil
}

var errTaken = errors.New("another process holds the lock")

// lockPath returns the path of the lock, a separate file: a lock on the session file itself would be lost when a rename replaces it.
func lockPath(path string) string { return path + ".lock" }

// remove removes a file if it exists.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
