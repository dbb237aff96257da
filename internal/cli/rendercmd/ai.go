package rendercmd

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// imageTimeout is how long to wait for an image, which is generated before the API responds.
const imageTimeout = 5 * time.Minute

// NewAICommand returns the ai command.
func NewAICommand(a *cmdutil.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "ai",
		Short:   "Generate a video or an image",
		Long:    "Generate a video or an image with Vidiking's AI, or with an emulator at --api-url.",
		Example: "  vidiking ai video 'a lighthouse at dawn' --duration 5\n  vidiking ai image 'a lighthouse at dawn' --sandbox",
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newVideoCommand(a), newImageCommand(a))
	return cmd
}

// promptOf returns the argument that every AI command needs.
func promptOf(cmd *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return cmdutil.Usage(cmdutil.CommandName(cmd)+" needs one prompt", fmt.Sprintf("quote it: %s 'a lighthouse at dawn'", cmd.CommandPath()))
	}
	return nil
}

func newVideoCommand(a *cmdutil.App) *cobra.Command {
	o, v := &submitFlags{}, vidiking.Video{}
	cmd := &cobra.Command{
		Use:   "video PROMPT",
		Short: "Submit an AI video job",
		Long: `Submit an AI video job. Its webhook goes to --callback, or to the running listen: to its public URL, or, if the API is on this machine, to
its local one. --wait waits for that webhook, so it needs a running listen: Vidiking documents no call that returns the status of an AI job.

In production, the command asks before it spends money. The sandbox is free.`,
		Example: `  vidiking ai video 'a lighthouse at dawn'
  vidiking ai video 'a lighthouse at dawn' --duration 5 --aspect-ratio 16:9 --wait`,
		Args: promptOf,
		Annotations: cmdutil.Manual{
			Environment: environment,
			Exits: `0 the job was submitted, and with --wait, it is complete
1 the API did not accept it
2 wrong usage
3 the job failed (--wait)
4 there is no API key, or Vidiking refused it
5 the job did not end in time (--wait)`,
			SeeAlso: "ai image, render, listen",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd.Flags()); err != nil {
				return err
			}
			if v.Duration < 0 {
				return cmdutil.Usage(fmt.Sprintf("invalid --duration %g: it cannot be negative", v.Duration), "for example: --duration 5")
			}
			v.Prompt = args[0]
			return submitVideo(cmd.Context(), a, o, v)
		},
	}
	return cmdutil.WithFlags(a, cmd, func(cmd *cobra.Command) {
		f := cmd.Flags()
		f.StringVar(&v.Model, "model", "", "generate it with this `MODEL`")
		f.Float64Var(&v.Duration, "duration", 0, "make it this long, a `NUMBER` as the API takes it")
		f.StringVar(&v.AspectRatio, "aspect-ratio", "", "use this `RATIO`, such as 16:9")
		f.StringVar(&v.ImageURL, "image-url", "", "start from the image at `URL`")
		o.AddFlags(cmd)
	})
}

func submitVideo(ctx context.Context, a *cmdutil.App, o *submitFlags, v vidiking.Video) error {
	t, err := newTarget(a, 0)
	if err != nil {
		return err
	}
	s, err := newSubmission(a, t, o, "")
	if err != nil {
		return err
	}
	if o.wait && (s.listen == nil || s.callback == "") {
		return cmdutil.Usage("cannot wait for an AI video without a running listen that Vidiking can reach",
			"start one: vidiking listen --forward localhost:3000; Vidiking documents no call that returns the status of an AI job")
	}
	if !o.yes {
		if err := t.confirm(ctx, a, ""); err != nil {
			return err
		}
	}
	v.Callback = s.callback
	return s.run(ctx, func(ctx context.Context) (vidiking.Job, error) { return t.client.SubmitVideo(ctx, v) }, nil)
}

// imageOptions are the argument and flags of ai image.
type imageOptions struct {
	vidiking.ImageRequest

	yes bool
}

func newImageCommand(a *cmdutil.App) *cobra.Command {
	i := imageOptions{}
	cmd := &cobra.Command{
		Use:   "image PROMPT",
		Short: "Generate an AI image",
		Long: `Generate an AI image. The command returns when the image is complete.

In production, the command asks before it spends money. The sandbox is free.`,
		Example: "  vidiking ai image 'a lighthouse at dawn'\n  vidiking ai image 'a lighthouse at dawn' --width 1024 --height 576 --negative-prompt people",
		Args:    promptOf,
		Annotations: cmdutil.Manual{
			Environment: environment,
			Exits: `0 the image is complete
1 the API did not accept the request
2 wrong usage
4 there is no API key, or Vidiking refused it`,
			SeeAlso: "ai video, wallet",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if i.Width < 0 || i.Height < 0 {
				return cmdutil.Usage("--width and --height cannot be negative", "for example: --width 1024 --height 576")
			}
			i.Prompt = args[0]
			return generateImage(cmd.Context(), a, i)
		},
	}
	return cmdutil.WithFlags(a, cmd, func(cmd *cobra.Command) {
		f := cmd.Flags()
		f.StringVar(&i.Model, "model", "", "generate it with this `MODEL`")
		f.IntVar(&i.Width, "width", 0, "make it this many `PIXELS` wide")
		f.IntVar(&i.Height, "height", 0, "make it this many `PIXELS` high")
		f.StringVar(&i.Style, "style", "", "use this `STYLE`")
		f.StringVar(&i.NegativePrompt, "negative-prompt", "", "avoid what this `TEXT` describes")
		addYesFlag(cmd, &i.yes)
	})
}

func generateImage(ctx context.Context, a *cmdutil.App, i imageOptions) error {
	t, err := newTarget(a, imageTimeout)
	if err != nil {
		return err
	}
	if !i.yes {
		if err := t.confirm(ctx, a, ""); err != nil {
			return err
		}
	}
	var image vidiking.Image
	err = cmdutil.ShowElapsed(a, func(took time.Duration) string { return "Generating the image: " + took.String() + ". Ctrl-C cancels." }, func() (err error) {
		image, err = t.client.GenerateImage(ctx, i.ImageRequest)
		return err
	})
	if err != nil {
		return explain(a, err)
	}
	return output.ClosedPipe(output.Image(t.out, output.ImageInfo{
		ID: image.ID, URL: image.URL, Model: image.Model, Width: image.Width, Height: image.Height,
		CreditsUsed: image.CreditsUsed, CreatedAt: image.CreatedAt, API: t.api(),
	}))
}
