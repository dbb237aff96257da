package session

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
)

// Live returns the sessions of the data directory whose process is alive, newest first. It takes away what dead ones left behind,
// where it may. A data directory without sessions, or none at all, has none.
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
		return nil, fmt.Errorf("look for sessions: %w", err)
	}
	var live []Info
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") || !e.Type().IsRegular() {
			continue
		}
		data, err := readFile(filepath.Join(dir, e.Name()))
		switch {
		case errors.Is(err, os.ErrNotExist), errors.Is(err, os.ErrPermission):
			continue // it ended just now, or is another user's
		case errors.Is(err, atomicfile.ErrNotRegular), errors.Is(err, atomicfile.ErrTooLarge):
			continue // no session wrote it
		case err != nil: // it may be alive, so its deliveries are not to be taken from it
			return nil, fmt.Errorf("look for sessions: %w", err)
		}
		if info, ok := parseInfo(filepath.Join(dir, e.Name()), data); ok {
			live = append(live, info)
		}
	}
	slices.SortFunc(live, func(a, b Info) int {
		return cmp.Or(b.StartedAt.Compare(a.StartedAt), cmp.Compare(b.ID, a.ID))
	})
	return live, nil
}

// IsLive reports whether the session of an id is among those that Live returned.
func IsLive(live []Info, id string) bool {
	return slices.ContainsFunc(live, func(info Info) bool { return info.ID == id })
}

// IsAlive reports whether the process of a session lives, whether the session is announced or not. It reports true if it cannot tell.
// An id that no session can have is not alive: ids come from the log, and an import puts there whatever the recording says.
func IsAlive(dataDir, id string) bool {
	return strings.HasPrefix(id, idPrefix) && filepath.Base(id) == id && isLocked(filepath.Join(dataDir, dirName, id+".json"))
}

// largestFile is far more than a session has to tell.
const maxFileBytes = 256 << 10

// read returns the session of a file, if its process lives and speaks as this program does.
func parseInfo(path string, data []byte) (Info, bool) {
	var info Info
	readable := json.Unmarshal(data, &info) == nil
	if readable && info.V != version {
		return Info{}, false // of another version of the program: who knows what its files and locks mean
	}
	return info, isLocked(path) && readable && info.URL != ""
}

// held reports whether the session's process lives: whether its exclusive lock keeps out a shared one. It is a shared one, so that
// two commands that ask at once don't take each other for the session. What a dead one left behind is removed, where it may be.
func isLocked(path string) bool {
	if _, err := os.Stat(lockPath(path)); errors.Is(err, os.ErrNotExist) {
		removeFiles(path)
		return false
	}
	if err := atomicfile.CheckRegular(lockPath(path)); errors.Is(err, atomicfile.ErrNotRegular) {
		return false // no session made it
	}
	probe := flock.New(lockPath(path), flock.SetPermissions(0o600))
	free, err := probe.TryRLock()
	if err != nil {
		return true // can't tell (no permission to open it): the ingress will answer, or not
	}
	if !free {
		return true
	}
	removeFiles(path)
	_ = probe.Unlock()
	_ = remove(lockPath(path))
	return false
}

// clean removes the file of a dead session, and what it was writing when it died. Who may not just leaves it.
func removeFiles(path string) {
	atomicfile.RemoveUnfinished(path)
	_ = remove(path)
}
