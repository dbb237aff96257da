package emulatorcmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/emulator"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func newAdvanceCommand(a *cmdutil.App) *cobra.Command {
	until := ""
	cmd := &cobra.Command{
		Use:   "advance [DURATION]",
		Short: "Move the emulator's clock forward",
		Long: `Move the clock of a running emulator forward, from one due time to the next. The command returns when everything due has been done and
answered, and prints each attempt.

It finds the emulator at --api-url or VIDIKING_API_URL (default http://` + defaultAddr + `/v1).`,
		Example: `  vidiking emulator advance 30s
  vidiking emulator advance --until next
  vidiking emulator advance --until idle
  vidiking emulator advance --until 2026-03-02T20:00:00Z`,
		Args: cobra.MaximumNArgs(1),
		Annotations: cmdutil.Manual{
			Environment: "VIDIKING_API_URL",
			Exits: `0 everything due is done
1 there is no emulator
2 wrong usage`,
			SeeAlso: "emulator",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := advanceBody(args, until)
			if err != nil {
				return err
			}
			return advance(cmd.Context(), a, body)
		},
	}
	return cmdutil.WithFlags(a, cmd, func(cmd *cobra.Command) {
		cmd.Flags().StringVar(&until, "until", "", "move to a time, to the next thing that is due, or until nothing is due: `TIME`, next or idle")
		_ = cmd.RegisterFlagCompletionFunc("until", cobra.FixedCompletions([]string{"next", "idle"}, cobra.ShellCompDirectiveNoFileComp))
	})
}

// advanceBody returns the body of the control call.
func advanceBody(args []string, until string) (map[string]string, error) {
	switch {
	case len(args) == 1 && until != "":
		return nil, cmdutil.Usage("cannot combine a duration with --until", "leave one of them out")
	case len(args) == 0 && until == "":
		return nil, cmdutil.Usage("emulator advance needs a duration or --until", "for example: vidiking emulator advance --until idle")
	case until == "next" || until == "idle":
		return map[string]string{"until": until}, nil
	case until != "":
		if _, err := time.Parse(time.RFC3339, until); err != nil {
			return nil, cmdutil.Usage(fmt.Sprintf("invalid value %q for --until", until), "use next, idle or a time such as 2026-03-02T20:00:00Z")
		}
		return map[string]string{"until": until}, nil
	}
	if d, err := time.ParseDuration(args[0]); err != nil || d <= 0 {
		return nil, cmdutil.Usage(fmt.Sprintf("invalid duration %q", args[0]), "for example: vidiking emulator advance 30s")
	}
	return map[string]string{"by": args[0]}, nil
}

// advance moves the clock and prints each attempt.
func advance(ctx context.Context, a *cmdutil.App, body map[string]string) error {
	out, err := a.OutputOptions()
	if err != nil {
		return err
	}
	base, err := emulatorURL(a)
	if err != nil {
		return err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+emulator.ControlPath+"/advance", bytes.NewReader(text))
	if err != nil {
		return err
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return noEmulator(err, base)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return refused(resp, base)
	}
	return printAdvance(out, json.NewDecoder(resp.Body))
}

// emulatorURL returns where the emulator is, without /v1.
func emulatorURL(a *cmdutil.App) (string, error) {
	cfg, err := a.Config()
	if err != nil {
		return "", err
	}
	if cfg.Source(config.APIURL) == config.SourceDefault {
		return "http://" + defaultAddr, nil
	}
	base, err := vidiking.ParseBase(cfg.String(config.APIURL))
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(base.String(), "/v1"), nil
}

func noEmulator(err error, base string) error {
	return cmdutil.Failed(err, "no emulator responds at "+base, "start one: vidiking emulator; or say where it is: --api-url URL")
}

// refused explains a response that is not a success.
func refused(resp *http.Response, base string) error {
	var e struct {
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if err = errors.Join(err, json.Unmarshal(text, &e)); err != nil || e.Error.Message == "" || resp.StatusCode == http.StatusNotFound {
		return noEmulator(err, base)
	}
	return cmdutil.Failed(nil, "the emulator did not move its clock: "+display.Clean(e.Error.Message))
}

// printAdvance prints the lines of a response.
func printAdvance(out output.Options, lines *json.Decoder) error {
	p := output.New(out)
	for {
		var l emulator.Advanced
		if err := lines.Decode(&l); err != nil {
			return cmdutil.Failed(err, "the emulator stopped before it had moved its clock", "what is done is in its log; the rest continues when it starts again")
		}
		switch l.Type {
		case "attempt":
			printAttempt(p, sentOf(l))
		case "advanced":
			return output.ClosedPipe(output.EmulatorClosing(out, "emulator_advanced", output.EmulatorStopped{
				Sentence: fmt.Sprintf("%s. The clock shows %s.", display.Counted(l.Attempts, "attempt", "attempts"), l.At.Format(time.RFC3339)), Attempts: l.Attempts, Now: l.At,
			}))
		default:
			return cmdutil.Failed(nil, "the emulator did not move its clock: "+display.Clean(l.Error))
		}
	}
}

// sentOf returns the attempt of a line.
func sentOf(l emulator.Advanced) emulator.Sent {
	a := webhook.Attempt{
		N: l.N, Target: l.Target, StartedAt: l.At, Code: l.Code, Failure: webhook.Failure(l.Failure), Error: l.Error,
		Duration: time.Duration(l.Millis * float64(time.Millisecond)),
	}
	d := webhook.Summary{
		ID: l.ID, Event: l.Event, About: l.About, ReceivedAt: l.At, Status: a.Status(), Origin: webhook.OriginEmulator, Attempts: l.N,
		Target: l.Target, Code: l.Code, Duration: a.Duration, Failure: a.Failure,
	}
	return emulator.Sent{Delivery: d, Attempt: a, Next: l.Next, GivenUp: l.GivenUp}
}
