package session

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/gofrs/flock"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

// Live returns the sessions of the data directory whose process is alive, newest first. It removes the files of dead sessions if it has
// permission. A missing directory has no sessions.
func Live(dataDir string) ([]Info, error) {
	return live(dataDir, func(path string) ([]byte, error) { return atomicfile.Read(path, maxFileBytes) })
}

func live(dataDir string, readFile func(string) ([]byte, error)) ([]Info, error) {
	dir := filepath.Join(dataDir, dirName)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	var live []Info
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") || !e.Type().IsRegular() {
			continue
		}
		data, err := readFile(filepath.Join(dir, e.Name()))
		switch {
		case errors.Is(err, os.ErrNotExist), errors.Is(err, os.ErrPermission):
			continue // just ended, or belongs to another user
		case errors.Is(err, atomicfile.ErrNotRegular), errors.Is(err, atomicfile.ErrTooLarge):
			continue // not written by a session
		case err != nil: // the session may be alive, so its deliveries must not be adopted
			return nil, fmt.Errorf("list sessions: %w", err)
		}
		if info, ok := parseInfo(filepath.Join(dir, e.Name()), data); ok {
			live = append(live, info)
		}
	}
	sort.Slice(live, func(i, j int) bool {
		return cmp.Or(live[j].StartedAt.Compare(live[i].StartedAt), cmp.Compare(live[j].ID, live[i].ID)) < 0
	})
	return live, nil
}

// IsLive reports whether the session with the given id is in live.
func IsLive(live []Info, id string) bool {
	return slices.ContainsFunc(live, func(info Info) bool { return info.ID == id })
}

// IsAlive reports whether the process of a session is alive, even if the session is not announced. If it cannot tell, it reports true. An
// invalid id is not alive: ids come from the log, and imported recordings may contain anything.
func IsAlive(dataDir, id string) bool {
	return strings.HasPrefix(id, idPrefix) && filepath.Base(id) == id && isLocked(filepath.Join(dataDir, dirName, id+".json"))
}

// maxFileBytes is far larger than any session file.
const maxFileBytes = 256 << 10

// parseInfo returns the session in a file if its process is alive and uses the same format version.
func parseInfo(path string, data []byte) (Info, bool) {
	var info Info
	readable := json.Unmarshal(data, &info) == nil
	if readable && info.V != version {
		return Info{}, false // another version of the program, with unknown file and lock formats
	}
	return info, isLocked(path) && readable && info.URL != ""
}

// isLocked reports whether the session's process is alive. It tries to get a shared lock, which the session's exclusive lock prevents. With
// a shared lock, two commands that check at the same time do not mistake each other for the session. It removes the files of a dead session
// if it has permission.
func isLocked(path string) bool {
	if _, err := os.Stat(lockPath(path)); errors.Is(err, os.ErrNotExist) {
		removeFiles(path)
		return false
	}
	if err := atomicfile.CheckRegular(lockPath(path)); errors.Is(err, atomicfile.ErrNotRegular) {
		return false // not created by a session
	}
	probe := flock.New(lockPath(path), flock.SetPermissions(0o600))
	free, err := probe.TryRLock()
	if err != nil {
		return true // cannot tell (no permission): sending to the ingress will show
	}
	if !free {
		return true
	}
	removeFiles(path)
	_ = probe.Unlock()
	_ = remove(lockPath(path))
	return false
}

// removeFiles removes a dead session's file and unfinished writes, if it has permission.
func removeFiles(path string) {
	atomicfile.RemoveUnfinished(path)
	_ = remove(path)
}
