package sqlite

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func openTest(t *testing.T) *Conn {
	t.Helper()
	c, err := Open(filepath.Join(t.TempDir(), "test.db"), Options{Create: true}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestConnKeepsALimitedNumberOfStatements(t *testing.T) {
	c := openTest(t)
	for n := range 2*maxStatements + 1 {
		if _, err := c.Number(fmt.Sprintf("SELECT %d", n)); err != nil {
			t.Fatal(err)
		}
		if len(c.statements) > maxStatements {
			t.Fatalf("the connection keeps %d statements, want at most %d", len(c.statements), maxStatements)
		}
	}
}

func TestEachRunHasItsOwnValues(t *testing.T) {
	c := openTest(t)
	if err := c.Script("CREATE TABLE seen (a ANY, b ANY) STRICT"); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", maxKnownText+1)
	var want []string
	run := func(shown string, bind func(*Stmt)) {
		t.Helper()
		want = append(want, shown)
		s, err := c.Prepare("INSERT INTO seen (a, b) VALUES (?, ?)")
		if err != nil {
			t.Fatal(err)
		}
		bind(s)
		if err := s.Run(); err != nil {
			t.Fatal(err)
		}
	}
	for _, texts := range [][2]string{{"a", "b"}, {"a", "b"}, {"b", "a"}, {"", ""}, {"", "b"}, {long, long}, {long, "b"}, {long + "y", "b"}} {
		run("text/"+texts[0]+"/text/"+texts[1], func(s *Stmt) { s.BindText(texts[0]).BindText(texts[1]) })
	}
	run("integer/1/blob/b", func(s *Stmt) { s.BindInt(1).BindBlob([]byte("b")) })
	run("text/b/text/b", func(s *Stmt) { s.BindText("b").BindText("b") })
	run("integer/1/null/", func(s *Stmt) { s.Bind(true, Pointer{t}) })
	run("text/b/text/b", func(s *Stmt) { s.Bind("b", "b") })
	var got []string
	const all = "SELECT typeof(a) || '/' || a || '/' || typeof(b) || '/' || coalesce(b, '') FROM seen ORDER BY rowid"
	err := c.Rows(all, nil, func(r *Row) error {
		got = append(got, r.Text())
		return nil
	})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}
