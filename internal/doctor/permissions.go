package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// own is a file or directory of the program's, which is for its owner only.
type own struct {
	path   string
	secret bool // it holds secrets
	dir    bool
}

// permissions looks whether others may read what is the owner's alone, and where it is told to, takes that from them.
func (d *doctor) permissions(context.Context) []Finding {
	if d.o.GOOS == "windows" {
		return ok("as Windows gives them to files in your profile")
	}
	var found []Finding
	looked := 0
	for _, f := range d.files() {
		info, err := os.Lstat(f.path)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			info, err = os.Stat(f.path)
		}
		if err != nil || !info.Mode().IsRegular() && !info.IsDir() {
			// Not there, not to be looked at (whoever needs it says so), or not the user's: /dev/null may be the configuration.
			continue
		}
		looked++
		if open := info.Mode().Perm() & 0o077; open != 0 {
			found = append(found, d.exposed(f, info.Mode().Perm()))
		}
	}
	switch {
	case len(found) > 0:
		return found
	case looked == 0:
		return ok("there are no files yet")
	}
	return ok("what there is, is yours alone")
}

// exposed is a finding on a file that others may read or write.
func (d *doctor) exposed(f own, mode fs.FileMode) Finding {
	short, want := d.o.Config.ShortPath(f.path), fs.FileMode(0o600)
	if f.dir {
		want = 0o700
	}
	if d.o.Fix {
		err := os.Chmod(f.path, want)
		if err == nil {
			return Finding{State: OK, Message: fmt.Sprintf("%s is yours alone now (it was %o)", short, mode), Fixed: true}
		}
		return Finding{State: Failed, Message: short + " is open to others, and stays so: " + pathReason(err), Hint: fmt.Sprintf("chmod %o %s", want, short)}
	}
	found := Finding{State: Warning, Message: fmt.Sprintf("others on this machine may use %s (%o)", short, mode), Hint: "vidiking doctor --fix"}
	if f.secret {
		found.State, found.Message = Failed, fmt.Sprintf("others on this machine may read the secrets in %s (%o)", short, mode)
	}
	return found
}

// files are all there may be.
func (d *doctor) files() []own {
	var files []own
	if path, err := d.o.Config.FilePath(); err == nil {
		files = append(files, own{path: path, secret: d.o.Config.FileHoldsSecret()})
	}
	if d.o.Book != nil {
		for _, path := range d.o.Book.Files() {
			files = append(files, own{path: path, secret: true})
		}
	}
	dir, err := d.o.Config.DataDir()
	if err != nil {
		return files
	}
	log := filepath.Join(dir, store.FileName)
	files = append(files, own{path: dir, dir: true}, own{path: config.GeneratedSecretPath(dir), secret: true})
	for _, path := range []string{log, log + "-wal", log + "-shm"} {
		files = append(files, own{path: path})
	}
	return append(files, sessionFiles(filepath.Join(dir, "sessions"))...)
}

// sessionFiles are those of the listens that run; each has a token in it.
func sessionFiles(dir string) []own {
	files := []own{{path: dir, dir: true}}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return files
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".json") {
			files = append(files, own{path: filepath.Join(dir, e.Name()), secret: true})
		}
	}
	return files
}

// pathReason is why a file could not be used, without the call and the path.
func pathReason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
