package session

import (
	"os"
	"path/filepath"
	"strings"
)

// Here is where a command runs. It decides which session the command means, and which deliveries are its own.
type Location struct {
	Dir     string // the working directory
	Project string // the directory of the project that Dir belongs to
	URL     string // of the session that started the command; empty for other commands
}

// Locate returns where a command runs that was started in dir. Its project is that of the session that started it (the one with the
// given URL), else that of the session started nearest, at or above dir. Without such a session it is the nearest directory, at or
// above dir, that has one of the marks in it, but neither home nor a directory above home: a repository there holds dotfiles, and
// would make one project of everything below. Without a mark it is dir.
//
// Locate expects what Live returns. It follows symbolic links, so that two names of one directory are one project.
func Locate(live []Info, dir, home, url string, marks ...string) Location {
	here := Location{Dir: RealPath(dir), URL: url}
	here.Project = markedDir(here.Dir, RealPath(home), marks)
	if s, ok := nearest(live, here); ok && s.Project != "" {
		here.Project = s.Project
	}
	return here
}

// RealPath returns path without symbolic links, or path itself if it can't be read.
func RealPath(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil && path != "" {
		return resolved
	}
	return path
}

func markedDir(dir, home string, marks []string) string {
	for at := dir; at != filepath.Dir(at) && (home == "" || !isAtOrAbove(at, home)); at = filepath.Dir(at) {
		for _, mark := range marks {
			if _, err := os.Lstat(filepath.Join(at, mark)); err == nil {
				return at
			}
		}
	}
	return dir
}

// isAtOrAbove reports whether above is dir or contains it.
func isAtOrAbove(above, dir string) bool {
	rest, err := filepath.Rel(above, dir)
	return err == nil && above != "" && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator))
}

// nearest returns the session that started the command, else the one started nearest to its working directory, in it or above it. Of
// several in one directory it is the newest.
func nearest(live []Info, here Location) (found Info, ok bool) {
	for _, s := range live {
		if here.URL != "" && (s.URL == here.URL || s.PublicURL == here.URL) {
			return s, true
		}
		if isAtOrAbove(s.Dir, here.Dir) && (!ok || len(s.Dir) > len(found.Dir)) {
			found, ok = s, true
		}
	}
	return found, ok
}

// InProject returns the session that deliveries of the project are sent through when a command runs here: the nearest one if it is
// the project of Here, else the newest of the project.
func InProject(live []Info, here Location, project string) (Info, bool) {
	if project == here.Project {
		if s, ok := nearest(live, here); ok {
			return s, true
		}
	}
	for _, s := range live {
		if s.Project == project {
			return s, true
		}
	}
	return Info{}, false
}

// Choose returns the session that a command means: one of its own project as InProject finds it, else the newest of all, which then is
// of another project. It expects what Live returns.
func Choose(live []Info, here Location) (s Info, own, ok bool) {
	if s, ok = InProject(live, here, here.Project); ok {
		return s, true, true
	}
	if len(live) == 0 {
		return Info{}, false, false
	}
	return live[0], false, true
}
