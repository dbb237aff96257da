package sendcmd

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/load"
)

// chaosOptions is what the flags of `trigger` say about chaos.
type chaosOptions struct {
	load.Chaos
	text string
	seed uint64
}

func (c *chaosOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&c.text, "chaos", "", "send as a bad network would, by `KINDS` as in duplicate=2,shuffle=7,delay=100ms,truncate")
	f.Uint64Var(&c.seed, "seed", 0, "repeat the chaos of the run that named this seed, a `NUMBER`")
	_ = cmd.RegisterFlagCompletionFunc("chaos", cobra.FixedCompletions([]string{
		cmdutil.Describe("duplicate=2", "each is sent twice"), cmdutil.Describe("shuffle=7", "each seven are sent in random order"),
		cmdutil.Describe("delay=100ms", "each waits up to that long"), cmdutil.Describe("truncate", "each body is cut short"),
	}, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace))
}

// seeds is how many seeds are chosen from where none was given: so many that two runs hardly share one, and short to type.
const seeds = 1_000_000

// Read reads the flags, and chooses a seed where there is chaos and none was given.
func (c *chaosOptions) Read(flags *pflag.FlagSet, random io.Reader) (err error) {
	if !flags.Changed("chaos") {
		if flags.Changed("seed") {
			return cmdutil.Usage("--seed without --chaos repeats nothing", "as in --chaos shuffle=7 --seed 42")
		}
		return nil
	}
	if c.Chaos, err = load.ParseChaos(c.text); err != nil || flags.Changed("seed") {
		return err
	}
	var drawn [8]byte
	if _, err := io.ReadFull(random, drawn[:]); err != nil {
		return fmt.Errorf("draw a seed: %w", err)
	}
	c.seed = binary.LittleEndian.Uint64(drawn[:]) % seeds
	return nil
}
