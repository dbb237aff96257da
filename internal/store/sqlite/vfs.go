package sqlite

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// vfsName is the name under which SQLite finds fileSystem.
const vfsName = "vidiking"

// fileSystem is the driver's VFS with three changes:
//
//   - It reports a full disk or an exhausted quota to SQLite as such. The driver reports a general I/O error and loses the cause.
//   - It opens a WAL that cannot be written for reading. On a read-only mount, the log can then be read while another process writes it.
//   - It writes the WAL frames of a transaction with few system calls instead of two for each, which saves a tenth of the cost of a
//     delivery.
type fileSystem struct {
	vfs.VFSFilename
}

// registerVFS tells SQLite about fileSystem. The driver keeps the last VFS of a name, and they are all the same.
func registerVFS() {
	if system, ok := vfs.Find("").(vfs.VFSFilename); ok {
		vfs.Register(vfsName, fileSystem{system})
	}
}

// OpenFilename opens one of SQLite's files.
func (s fileSystem) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	if name != nil && flags&vfs.OPEN_CREATE != 0 {
		createPrivate(name, flags)
	}
	f, got, err := s.VFSFilename.OpenFilename(name, flags)
	if err != nil && flags&vfs.OPEN_WAL != 0 && isAny(err, fs.ErrPermission, syscall.EROFS) {
		f, got, err = s.VFSFilename.OpenFilename(name, flags&^(vfs.OPEN_READWRITE|vfs.OPEN_CREATE)|vfs.OPEN_READONLY)
	}
	if err != nil {
		return nil, got, fullError(err)
	}
	inner, ok := f.(driverFile)
	if !ok {
		return f, got, nil
	}
	if flags&vfs.OPEN_WAL != 0 {
		return &walFile{file: file{inner}}, got, nil
	}
	return file{inner}, got, nil
}

// noSharedMemory is the URI parameter of connections that share no memory with other processes, and so need no -shm file.
const noSharedMemory = "heap"

// createPrivate creates the file that SQLite is about to create, readable only by its owner: the driver creates files with the
// mode that the umask allows, even if it fails right after that. If createPrivate fails, the driver reports the reason.
func createPrivate(name *vfs.Filename, flags vfs.OpenFlag) {
	paths := []string{name.String()}
	if db, ok := strings.CutSuffix(name.String(), "-wal"); ok && flags&vfs.OPEN_WAL != 0 && name.URIParameter(noSharedMemory) == "" {
		paths = append(paths, db+"-shm")
	}
	for _, path := range paths {
		if f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, FileMode); err == nil {
			_ = f.Close() // nothing was written
		}
	}
}

// driverFile lists the optional interfaces of the driver's files, which wrapped files must keep.
type driverFile interface {
	vfs.FileLockState
	vfs.FileHasMoved
	vfs.FileSizeHint
	vfs.FilePersistWAL
	vfs.FilePowersafeOverwrite
	vfs.FileSharedMemory
	vfs.FileMemoryMapper
}

type file struct{ driverFile }

func (f file) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.driverFile.WriteAt(p, off)
	return n, fullError(err)
}

func (f file) Truncate(size int64) error { return fullError(f.driverFile.Truncate(size)) }

func (f file) Sync(flags vfs.SyncFlag) error { return fullError(f.driverFile.Sync(flags)) }

func (f file) SizeHint(size int64) error { return fullError(f.driverFile.SizeHint(size)) }

// fullError makes SQLite see SQLITE_FULL if the disk has no space.
func fullError(err error) error {
	if isAny(err, syscall.ENOSPC, syscall.EDQUOT, errWindowsDiskQuota) {
		return vfs.SystemError(err, sqlite3.FULL)
	}
	return err
}

// walFile holds back the header of a WAL frame until SQLite writes the page of that frame, which it does next. While a transaction commits, it
// also holds back frames, and so writes many of them with one system call.
//
// It only holds back what continues the previous write, and no frame of a transaction that is complete: the header of its last frame says
// so, and the transaction becomes visible after that frame. SQLite also writes single headers when it recomputes the checksums of a
// transaction. Those are located before the end of the WAL and are written at once.
//
// Outside a commit, it must not hold back frames. SQLite writes some when a transaction changes more pages than its cache has. If the
// transaction is then rolled back, another process may commit frames at the same place, and a late write would destroy them.
type walFile struct {
	file
	end        int64  // where the previous write ended
	held       []byte // the bytes before end that are not yet written
	last       bool   // the held header is that of the last frame of a transaction
	committing bool
}

const (
	frameHeaderBytes = 24 // sqlite.org/fileformat2.html, The Write-Ahead Log
	frameBytes       = frameHeaderBytes + PageBytes

	// Offset in a header: the size of the database after the transaction, in its last frame; 0 in its other frames.
	frameSizeOffset = 4

	heldFrames = 32 // 130 KiB
)

func (f *walFile) WriteAt(p []byte, off int64) (int, error) {
	partial := len(f.held) % frameBytes
	switch {
	case off == f.end && partial == 0 && len(p) == frameHeaderBytes:
		f.last = binary.BigEndian.Uint32(p[frameSizeOffset:]) != 0
	case off == f.end && partial == frameHeaderBytes && len(p) == PageBytes:
	default:
		if err := f.flush(); err != nil {
			return 0, err
		}
		f.end = off + int64(len(p))
		return f.file.WriteAt(p, off)
	}
	if f.held == nil {
		f.held = make([]byte, 0, heldFrames*frameBytes)
	}
	f.held = append(f.held, p...)
	f.end += int64(len(p))
	if len(p) == PageBytes && (f.last || !f.committing || len(f.held) == cap(f.held)) {
		return len(p), f.flush()
	}
	return len(p), nil
}

// flush writes what is held back.
func (f *walFile) flush() error {
	if len(f.held) == 0 {
		return nil
	}
	_, err := f.file.WriteAt(f.held, f.end-int64(len(f.held)))
	f.held = f.held[:0] // even after an error: SQLite rolls the transaction back
	return err
}

// endCommit forgets what a failed commit has left.
func (f *walFile) endCommit() {
	f.held, f.committing = f.held[:0], false
}

func (f *walFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.flush(); err != nil {
		return 0, err
	}
	return f.file.ReadAt(p, off)
}

func (f *walFile) Size() (int64, error) {
	if err := f.flush(); err != nil {
		return 0, err
	}
	return f.file.Size()
}

func (f *walFile) Truncate(size int64) error { return errors.Join(f.flush(), f.file.Truncate(size)) }

func (f *walFile) Sync(flags vfs.SyncFlag) error { return errors.Join(f.flush(), f.file.Sync(flags)) }

func (f *walFile) Close() error { return errors.Join(f.flush(), f.file.Close()) }
