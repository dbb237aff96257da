package session

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

const (
	markFile = ".vidiking.toml"
	markRepo = ".git"
)

func TestProjectIsTheNearestMarkedDirectoryBelowHome(t *testing.T) {
	root := RealPath(t.TempDir())
	home := filepath.Join(root, "home", "ada")
	for _, mark := range []string{
		"home/.git/HEAD", "home/ada/.git/HEAD", "home/ada/.vidiking.toml", "home/ada/shop/.git/HEAD", "home/ada/shop/api/.vidiking.toml",
		"home/ada/tree/.git", "srv/app/.git/HEAD", ".git/HEAD",
	} {
		put(t, filepath.Join(root, filepath.FromSlash(mark)), "")
	}
	for dir, want := range map[string]string{
		"home/ada/shop":          "home/ada/shop",
		"home/ada/shop/web/src":  "home/ada/shop",
		"home/ada/shop/api/src":  "home/ada/shop/api",
		"home/ada/tree/sub":      "home/ada/tree", // in a worktree, .git is a file
		"home/ada/notes/webhook": "home/ada/notes/webhook",
		"home/ada":               "home/ada",
		"home":                   "home",
		"srv/app/sub":            "srv/app",
		"srv/other":              "srv/other", // the repository is above home
	} {
		dir = filepath.Join(root, filepath.FromSlash(dir))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		got := Locate(nil, dir, home, "", markFile, markRepo)
		if got.Project != filepath.Join(root, filepath.FromSlash(want)) || got.Dir != dir {
			t.Errorf("Locate(%s) = %+v, want the project %s", dir, got, want)
		}
	}
}

func TestProjectOfTheNearestSession(t *testing.T) {
	live := []Info{
		{ID: "newest", Dir: "/home/ada/other", Project: "/home/ada/other", URL: "http://127.0.0.1:3/x"},
		{ID: "inner", Dir: "/home/ada/shop/api", Project: "/home/ada/shop/api"},
		{ID: "outer", Dir: "/home/ada/shop", Project: "/home/ada/shop"},
	}
	for dir, want := range map[string]string{
		"/home/ada/shop/web":     "/home/ada/shop",
		"/home/ada/shop/api/src": "/home/ada/shop/api",
		"/home/ada/shopping":     "/home/ada/shopping", // not below shop
		"/home/ada":              "/home/ada",
	} {
		if got := Locate(live, dir, "/home/ada", "", markRepo); got.Project != want {
			t.Errorf("Locate(%s) = %+v, want the project %s", dir, got, want)
		}
	}
	if got := Locate(live, "/home/ada/shop", "/home/ada", "http://127.0.0.1:3/x", markRepo); got.Project != "/home/ada/other" {
		t.Errorf("Locate for a command started by a session = %+v, want that session's project", got)
	}
}

func TestSymlinksLeadToTheSameProject(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need a privilege on Windows")
	}
	root := RealPath(t.TempDir())
	put(t, filepath.Join(root, "shop", markRepo, "HEAD"), "")
	if err := os.Symlink(filepath.Join(root, "shop"), filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	if got, want := Locate(nil, filepath.Join(root, "link"), "", "", markRepo).Project, filepath.Join(root, "shop"); got != want {
		t.Errorf("got project %s for a link, want %s", got, want)
	}
}

func TestChoose(t *testing.T) {
	live := []Info{ // newest first, as in the result of Live
		{ID: "newest", Dir: "/p/flaskapp", Project: "/p/flaskapp", URL: "http://127.0.0.1:1/x"},
		{ID: "beside", Dir: "/p/shop/web", Project: "/p/shop"},
		{ID: "shop", Dir: "/p/shop", Project: "/p/shop"},
		{ID: "older", Dir: "/p/shop", Project: "/p/shop", PublicURL: "https://a.test/x"},
	}
	tests := []struct {
		here Location
		want string
		own  bool
	}{
		{Location{Dir: "/p/shop", Project: "/p/shop"}, "shop", true},
		{Location{Dir: "/p/shop/api/src", Project: "/p/shop"}, "shop", true},
		{Location{Dir: "/p/shop/web", Project: "/p/shop"}, "beside", true},
		{Location{Dir: "/p/shop/web", Project: "/p/flaskapp", URL: "http://127.0.0.1:1/x"}, "newest", true},
		{Location{Dir: "/p/shop/web", Project: "/p/shop", URL: "https://a.test/x"}, "older", true},
		{Location{Dir: "/p/other", Project: "/p/shop"}, "beside", true}, // the newest of the project
		{Location{Dir: "/p/other", Project: "/p/other"}, "newest", false},
		{Location{Dir: "/p/shop2", Project: "/p/shop2"}, "newest", false},
	}
	for _, test := range tests {
		if got, own, ok := Choose(live, test.here); !ok || got.ID != test.want || own != test.own {
			t.Errorf("Choose(%+v) = %s, %t, %t; want %s, %t", test.here, got.ID, own, ok, test.want, test.own)
		}
	}
	if got, _, ok := Choose(nil, Location{Dir: "/p", Project: "/p"}); ok || got != (Info{}) {
		t.Errorf("Choose without sessions = %+v, %t; want none", got, ok)
	}
}
