package main

import "os/exec"

func detach(*exec.Cmd) {}

func runHold([]string) int { return 99 }
