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

// ownFile is a file or directory of the program, which only its owner may access.
type ownFile struct {
	path   string
	secret bool // contains secrets
	dir    bool
}

// permissionCheck checks that only the user can read the files with secrets.
type permissionCheck struct{ o *Options }

// run checks whether other users can access the program's files, and removes that permission if Fix is set.
func (c permissionCheck) run(context.Context) []Finding {
	if c.o.GOOS == "windows" {
		return ok("Windows protects the files in your profile")
	}
	var found []Finding
	checked := 0
	for _, f := range c.files() {
		info, err := os.Lstat(f.path)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			info, err = os.Stat(f.path)
		}
		if err != nil || !info.Mode().IsRegular() && !info.IsDir() {
			// The file doesn't exist, is not accessible (other checks report that), or is a device: the configuration may be /dev/null.
			continue
		}
		checked++
		if open := info.Mode().Perm() & 0o077; open != 0 {
			found = append(found, c.exposed(f, info.Mode().Perm()))
		}
	}
	switch {
	case len(found) > 0:
		return found
	case checked == 0:
		return ok("no files yet")
	}
	return ok("only you can access vidiking's files")
}

// exposed returns the finding for a file that other users can access.
func (c permissionCheck) exposed(f ownFile, mode fs.FileMode) Finding {
	short, want := c.o.Config.ShortPath(f.path), fs.FileMode(0o600)
	if f.dir {
		want = 0o700
	}
	if c.o.Fix {
		err := os.Chmod(f.path, want)
		if err == nil {
			return Finding{State: OK, Message: fmt.Sprintf("%s is now accessible only to you (was mode %o)", short, mode), Fixed: true}
		}
		return Finding{State: Failed, Message: "cannot change the permissions of " + short + ": " + pathReason(err), Hint: fmt.Sprintf("chmod %o %s", want, short)}
	}
	found := Finding{State: Warning, Message: fmt.Sprintf("other users of this machine can access %s (mode %o)", short, mode), Hint: "vidiking doctor --fix"}
	if f.secret {
		found.State, found.Message = Failed, fmt.Sprintf("other users of this machine can read the secrets in %s (mode %o)", short, mode)
	}
	return found
}

// files returns all files that the program may have created.
func (c permissionCheck) files() []ownFile {
	var files []ownFile
	if path, err := c.o.Config.FilePath(); err == nil {
		files = append(files, ownFile{path: path, secret: c.o.Config.FileHoldsSecret()})
	}
	if c.o.AccountStore != nil {
		for _, path := range c.o.AccountStore.Files() {
			files = append(files, ownFile{path: path, secret: true})
		}
	}
	dir, err := c.o.Config.DataDir()
	if err != nil {
		return files
	}
	log := filepath.Join(dir, store.FileName)
	files = append(files, ownFile{path: dir, dir: true}, ownFile{path: config.GeneratedSecretPath(dir), secret: true})
	for _, path := range []string{log, log + "-wal", log + "-shm"} {
		files = append(files, ownFile{path: path})
	}
	return append(files, sessionFiles(filepath.Join(dir, "sessions"))...)
}

// sessionFiles returns the files of running listens. Each contains a token.
func sessionFiles(dir string) []ownFile {
	files := []ownFile{{path: dir, dir: true}}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return files
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".json") {
			files = append(files, ownFile{path: filepath.Join(dir, e.Name()), secret: true})
		}
	}
	return files
}

// pathReason returns the reason of a file error without the operation and the path.
func pathReason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
