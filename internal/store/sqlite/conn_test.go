package sqlite

import (
	"fmt"
	"path/filepath"
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
