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

// Info is what a session tells of itself.
type Info struct {
	V         int       `json:"v"`
	ID        string    `json:"id"`
	PID       int       `json:"pid"`
	StartedAt time.Time `json:"started_at"`
	Dir       string    `json:"dir"`                  // the working directory it was started in
	Project   string    `json:"project,omitempty"`    // the directory of the project that Dir belongs to
	URL       string    `json:"url"`                  // the loopback ingress, with its path
	PublicURL string    `json:"public_url,omitempty"` // how the internet reaches it, where it does
	State     string    `json:"state"`
	Since     time.Time `json:"since,omitzero"` // when it began to reconnect, where it does
	Tunnel    string    `json:"tunnel,omitempty"`
	Forward   string    `json:"forward"`
	TimeoutMS int64     `json:"timeout_ms,omitempty"` // how long the handler may take
	Hold      bool      `json:"hold,omitempty"`       // it keeps what comes while the handler is not there
	Secret    string    `json:"secret,omitempty"`     // masked: the one that signatures are checked with, where they are
	Token     string    `json:"token"`
}

// The states of a session. Its loopback ingress takes deliveries in each of them.
const (
	StateConnecting   = "connecting"   // its way in from the internet is being opened
	StateReady        = "ready"        // its way in works
	StateReconnecting = "reconnecting" // its way in from the internet worked, and does not
)

const (
	dirName    = "sessions"
	version    = 1
	tokenBytes = 32 // as long as the HMAC key of the signatures it speaks beside
	idPrefix   = "ses_"
	idBytes    = 6 // names a file among the few of one machine
)

// Session is one run of `listen`, as the other commands see it. Close it, or the process's end does. Any number of goroutines may use
// it.
type Session struct {
	path string

	mu   sync.Mutex
	info Info
	lock *flock.Flock // held from Lock or Announce to Close, nil else

	announced bool
}

// NewInfo draws a session's id and token from random. It returns an error only if random does.
func NewInfo(random io.Reader) (Info, error) {
	var b [idBytes + tokenBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return Info{}, fmt.Errorf("draw a session token: %w", err)
	}
	enc := base64.RawURLEncoding
	return Info{V: version, ID: idPrefix + enc.EncodeToString(b[:idBytes]), Token: enc.EncodeToString(b[idBytes:])}, nil
}

// New prepares a session, which nobody knows of until it is announced.
func New(dataDir string, info Info) *Session {
	return &Session{info: info, path: filepath.Join(dataDir, dirName, info.ID+".json")}
}

// Lock marks the session as alive, so that no other listen takes over the deliveries that it still has to send. The commands find it only
// once it is announced.
func (s *Session) Lock() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.takeLock()
}

// takeLock takes the lock, if the session does not have it yet. The caller holds mu.
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
	s.lock = lock // from here on the files are ours to remove
	return nil
}

// Announce fills in what the session tells of itself and makes it known to the commands that use the same data directory. The lock
// is taken before the file appears, so that nobody finds the file of a session that seems dead.
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

// Renew announces the session anew where its files were taken away, with the data directory or without.
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

// Info returns what the session tells of itself now.
func (s *Session) Info() Info {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.info
}

// Update changes what the session tells of itself. Before it is announced, and after it is closed, nobody is told.
func (s *Session) Update(change func(*Info)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.info)
	if !s.announced {
		return nil
	}
	return s.write()
}

// Close takes the announcement back, where there was one.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock == nil {
		return nil
	}
	// The lock goes last, so that nobody finds a file of a session that seems dead here either.
	err := errors.Join(remove(s.path), s.lock.Unlock(), remove(lockPath(s.path)))
	s.lock, s.announced = nil, false
	if err != nil {
		return fmt.Errorf("take the session file back: %w", err)
	}
	return nil
}

// write replaces the file whole, so that a reader never sees half of one.
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

var errTaken = errors.New("another process holds it")

// lockPath is beside the file and not the file itself, since a lock stays with the file that a rename replaces.
func lockPath(path string) string { return path + ".lock" }

// remove removes a file that may be gone already.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
