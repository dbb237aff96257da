//go:build !linux

package store

import (
	"errors"
	"os/exec"
)

var errNoMount = errors.New("cannot mount here")

func inNamespace(*exec.Cmd, string) {}

func mountSmall(string, string) error { return errNoMount }

func remountReadOnly(string) error { return errNoMount }
