package store

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// diskName is how SQLite is told to use disk.
const diskName = "vidiking"

// disk is the driver's own view of the file system, with what that leaves out:
//
//   - A full disk or quota is told to SQLite as such. The driver calls it some I/O error, whose cause is lost by the time it arrives here.
//   - A WAL that cannot be written is opened for reading, so that the log can be read beside its writer on a read-only mount.
//   - A WAL frame is written by one system call instead of two, which is a tenth of what a delivery costs.
type disk struct {
	vfs.VFSFilename
}

// useDisk makes disk known to SQLite. The driver keeps the last of a name, and they are all the same.
func useDisk() {
	if system, ok := vfs.Find("").(vfs.VFSFilename); ok {
		vfs.Register(diskName, disk{system})
	}
}

// OpenFilename opens one of SQLite's files.
func (d disk) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	if name != nil && flags&vfs.OPEN_CREATE != 0 {
		makePrivate(name, flags)
	}
	f, got, err := d.VFSFilename.OpenFilename(name, flags)
	if err != nil && flags&vfs.OPEN_WAL != 0 && isAny(err, fs.ErrPermission, syscall.EROFS) {
		f, got, err = d.VFSFilename.OpenFilename(name, flags&^(vfs.OPEN_READWRITE|vfs.OPEN_CREATE)|vfs.OPEN_READONLY)
	}
	if err != nil {
		return nil, got, spaceError(err)
	}
	own, ok := f.(driverFile)
	if !ok {
		return f, got, nil
	}
	if flags&vfs.OPEN_WAL != 0 {
		return &walFile{file: file{own}}, got, nil
	}
	return file{own}, got, nil
}

// inHeap is the option of a connection that shares no memory with other processes, and so needs no -shm file.
const inHeap = "heap"

// makePrivate makes the file that SQLite is about to make, readable by its owner only: the driver makes files with what the umask
// leaves, also if it fails right after that. If the file can't be made here, the driver reports why.
func makePrivate(name *vfs.Filename, flags vfs.OpenFlag) {
	paths := []string{name.String()}
	if log, ok := strings.CutSuffix(name.String(), "-wal"); ok && flags&vfs.OPEN_WAL != 0 && name.URIParameter(inHeap) == "" {
		paths = append(paths, log+"-shm")
	}
	for _, path := range paths {
		if f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode); err == nil {
			_ = f.Close() // nothing was written
		}
	}
}

// driverFile is what the driver's files can do, so that a wrapped one can do it too.
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
	return n, spaceError(err)
}

func (f file) Truncate(size int64) error { return spaceError(f.driverFile.Truncate(size)) }

func (f file) Sync(flags vfs.SyncFlag) error { return spaceError(f.driverFile.Sync(flags)) }

func (f file) SizeHint(size int64) error { return spaceError(f.driverFile.SizeHint(size)) }

// spaceError has SQLite see SQLITE_FULL where there is no space.
func spaceError(err error) error {
	if isAny(err, syscall.ENOSPC, errDiskQuota) {
		return vfs.SystemError(err, sqlite3.FULL)
	}
	return err
}

// walFile holds back a frame's header until its page comes, which SQLite writes right after it.
//
// It holds back only a header that continues what was written last. SQLite writes headers alone too, when it does a transaction's
// checksums anew; those lie before the end and go to the file at once. So nothing is held back when a transaction becomes visible.
type walFile struct {
	file
	next   int64 // the end of what was written last
	held   bool
	frame  [frameHeaderBytes + pageBytes]byte
	heldAt int64
}

const frameHeaderBytes = 24 // sqlite.org/fileformat2.html, The Write-Ahead Log

func (f *walFile) WriteAt(p []byte, off int64) (int, error) {
	if f.held && off == f.next && len(p) == pageBytes {
		copy(f.frame[frameHeaderBytes:], p)
		f.held = false
		f.next = off + pageBytes
		_, err := f.file.WriteAt(f.frame[:], f.heldAt)
		return len(p), err
	}
	if err := f.flush(); err != nil {
		return 0, err
	}
	if len(p) == frameHeaderBytes && off == f.next {
		copy(f.frame[:], p)
		f.held, f.heldAt, f.next = true, off, off+frameHeaderBytes
		return len(p), nil
	}
	f.next = off + int64(len(p))
	return f.file.WriteAt(p, off)
}

// flush writes a header whose page did not come.
func (f *walFile) flush() error {
	if !f.held {
		return nil
	}
	f.held = false
	_, err := f.file.WriteAt(f.frame[:frameHeaderBytes], f.heldAt)
	return err
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
