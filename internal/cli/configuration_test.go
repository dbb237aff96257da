package cli_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/config"
)

func TestConfigurationPageListsEverySetting(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "| `") {
			got = append(got, line)
		}
	}
	keys := config.Keys()
	if len(got) != len(keys) {
		t.Errorf("got %d settings, want %d", len(got), len(keys))
	}
	code := func(prefix, s string) string {
		if s == "" {
			return ""
		}
		return "`" + prefix + s + "` "
	}
	for i, k := range keys {
		want := fmt.Sprintf("| `%s` | %s| %s| %s| %s |", k.Name, code("--", k.Flag), code("", k.Env), code("", k.Default), k.Summary)
		if i < len(got) && got[i] != want {
			t.Errorf("got  %s\nwant %s", got[i], want)
		}
	}
}
