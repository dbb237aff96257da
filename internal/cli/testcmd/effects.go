package testcmd

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/conformance"
)

const (
	effectTimeout = 10 * time.Second
	maxCount      = 1 << 10 // bytes that are read of a count
)

// effects returns what counts the handler's effects; nil if they are not observable.
func (o *testOptions) effects(a *cmdutil.App) conformance.Effects {
	switch {
	case o.effectCommand != "":
		return commandEffects{o.effectCommand, a}
	case o.effectURL != "":
		return urlEffects{o.effectURL, &http.Client{Timeout: effectTimeout, Transport: &http.Transport{}}} // without a proxy
	}
	return nil
}

// commandEffects runs a command of the shell that prints the number of effects.
type commandEffects struct {
	command string
	app     *cmdutil.App
}

// Count runs the command.
func (e commandEffects) Count(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, effectTimeout)
	defer cancel()
	shell := []string{"sh", "-c"}
	if e.app.Env.GOOS == "windows" {
		shell = []string{"cmd", "/c"}
	}
	cmd := exec.CommandContext(ctx, shell[0], shell[1], e.command)
	cmd.Dir, cmd.Stderr, cmd.WaitDelay = e.app.Env.WorkDir, e.app.Env.Stderr, time.Second
	printed, err := cmd.Output()
	if err != nil {
		return 0, cmdutil.Failed(err, "--effect-cmd failed: "+err.Error(), "it prints the number of effects so far, for example the rows of a table")
	}
	return parseCount("--effect-cmd", printed)
}

// urlEffects requests a URL that responds with the number of effects.
type urlEffects struct {
	url    string
	client *http.Client
}

// Count requests the URL.
func (e urlEffects) Count(ctx context.Context) (int, error) {
	const hint = "it responds with the number of effects so far, for example the rows of a table"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url, http.NoBody)
	if err != nil {
		return 0, cmdutil.Usage("invalid URL in --effect-url", "for example: http://localhost:3000/count")
	}
	resp, err := e.client.Do(req)
	if err != nil {
		return 0, cmdutil.Failed(err, "--effect-url failed: "+err.Error(), hint)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxCount))
	if err != nil || resp.StatusCode != http.StatusOK {
		return 0, cmdutil.Failed(err, fmt.Sprintf("--effect-url responded %d", resp.StatusCode), hint)
	}
	return parseCount("--effect-url", body)
}

func parseCount(flag string, text []byte) (int, error) {
	shown := strings.TrimSpace(string(text[:min(len(text), maxCount)]))
	n, err := strconv.Atoi(shown)
	if err != nil {
		return 0, cmdutil.Failed(err, fmt.Sprintf("%s did not return a number: %q", flag, shown[:min(len(shown), 40)]), "it returns the number of effects so far and nothing else")
	}
	return n, nil
}
