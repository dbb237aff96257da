package session

import (
	"os"
	"path/filepath"
	"strings"
)

// Location is where a command runs. It determines the command's session and its deliveries.
type Location struct {
	Dir     string // the working directory
	Project string // the project directory that contains Dir
	URL     string // of the session that started the command; empty for other commands
}

// Locate returns the location of a command started in dir. Its project is that of the session that started it (the one with the given
// URL), or else that of the session started nearest, in dir or above it. Without such a session, it is the nearest directory that
// contains one of the marks, in dir or above it, below the home directory. Home itself is excluded because a repository there holds
// dotfiles, and would turn everything below into one project. Without a mark, the project is dir.
//
// live is the result of Live. Locate resolves symbolic links, because two names of one directory are the same project.
func Locate(live []Info, dir, home, url string, marks ...string) Location {
	here := Location{Dir: RealPath(dir), URL: url}
	here.Project = markedDir(here.Dir, RealPath(home), marks)
	if s, ok := nearest(live, here); ok && s.Project != "" {
		here.Project = s.Project
	}
	return here
}

// RealPath returns path with symbolic links resolved, or path itself if that fails.
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

// nearest returns the session that started the command, or else the one started nearest to its working directory, in it or above it. If
// several started in the same directory, it returns the newest.
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

// InProject returns the session that sends deliveries of the project for a command at this location: the nearest one if the location is
// in the project, or else the newest of the project.
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

// Choose returns the session for a command: one of the command's project, as in InProject, or else the newest of all. own is false for the
// latter. live is the result of Live.
func Choose(live []Info, here Location) (s Info, own, ok bool) {
	if s, ok = InProject(live, here, here.Project); ok {
		return s, true, true
	}
	if len(live) == 0 {
		return Info{}, false, false
	}
	return live[0], false, true
}
