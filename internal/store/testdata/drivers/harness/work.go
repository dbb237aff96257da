package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// one makes a log and records one delivery, as the first command of a user does.
func one(open Open, path string) error {
	db, err := create(open, path)
	if err != nil {
		return err
	}
	if err := inTransaction(db, func() error { return deliver(db, 1, make([]byte, 1024)) }); err != nil {
		return err
	}
	return db.Close()
}

// list opens a log that is there and reads the last 50.
func list(open Open, path string) error {
	db, err := join(open, path)
	if err != nil {
		return err
	}
	if _, err := db.List(); err != nil {
		return err
	}
	return db.Close()
}

// writes records deliveries of 1 KB with an attempt each, one and sixteen a transaction, with a second connection that checkpoints.
func writes(open Open, dir string) error {
	db, err := create(open, filepath.Join(dir, "writes.db"))
	if err != nil {
		return err
	}
	if err := db.Exec("PRAGMA wal_autocheckpoint=0"); err != nil {
		return err
	}
	side, err := join(open, filepath.Join(dir, "writes.db"))
	if err != nil {
		return err
	}
	stop := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		for tick := time.NewTicker(200 * time.Millisecond); ; {
			select {
			case <-stop:
				return
			case <-tick.C:
				_ = side.Exec("PRAGMA wal_checkpoint(PASSIVE)")
			}
		}
	})
	seq, body := int64(0), make([]byte, 1024)
	for _, batch := range []int{1, 16} {
		const count = 8000
		began := time.Now()
		for range count / batch {
			err := inTransaction(db, func() error {
				for range batch {
					seq++
					if err := deliver(db, seq, body); err != nil {
						return err
					}
					if err := attempt(db, seq); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		fmt.Printf("write_%d_us %.1f\n", batch, float64(time.Since(began).Nanoseconds())/count/1000)
	}
	close(stop)
	done.Wait()
	peak("write_rss_kb")
	if err := side.Close(); err != nil {
		return err
	}
	return db.Close()
}

// large records ten bodies of 10 MiB.
func large(open Open, dir string) error {
	db, err := create(open, filepath.Join(dir, "large.db"))
	if err != nil {
		return err
	}
	body := make([]byte, 10<<20)
	for seq := range int64(10) {
		if err := inTransaction(db, func() error { return deliver(db, seq+1, body) }); err != nil {
			return err
		}
	}
	peak("large_rss_kb")
	return db.Close()
}

const perWriter = 4000

// two has two processes write and a third one read.
func two(dir string, open Open) error {
	path := filepath.Join(dir, "two.db")
	db, err := create(open, path)
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	began := time.Now()
	var children []*exec.Cmd
	for _, role := range []string{"writer", "writer", "reader"} {
		c := exec.Command(os.Args[0], role, path)
		c.Stdout, c.Stderr = os.Stdout, os.Stderr
		if err := c.Start(); err != nil {
			return err
		}
		children = append(children, c)
	}
	for i, c := range children {
		if err := c.Wait(); err != nil {
			return err
		}
		if i == 1 {
			fmt.Printf("two_us %.1f\n", float64(time.Since(began).Nanoseconds())/(2*perWriter)/1000)
		}
	}
	return nil
}

func writer(open Open, path string) error {
	db, err := join(open, path)
	if err != nil {
		return err
	}
	body := make([]byte, 1024)
	for range perWriter {
		err := inTransaction(db, func() error {
			last, err := db.MaxSeq()
			if err != nil {
				return err
			}
			return deliver(db, last+1, body)
		})
		if err != nil {
			return err
		}
	}
	return db.Close()
}

// reader lists as often as it can while the writers are at it, and says how long the slowest took.
func reader(open Open, path string) error {
	db, err := join(open, path)
	if err != nil {
		return err
	}
	lists, slowest := 0, time.Duration(0)
	for end := time.Now().Add(500 * time.Millisecond); time.Now().Before(end); lists++ {
		began := time.Now()
		if _, err := db.List(); err != nil {
			return err
		}
		slowest = max(slowest, time.Since(began))
	}
	fmt.Printf("reader_lists_per_s %d\nreader_slowest_ms %.1f\n", 2*lists, slowest.Seconds()*1000)
	return db.Close()
}
