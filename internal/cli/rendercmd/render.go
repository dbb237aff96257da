package rendercmd

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// exampleJob is the job of --example: the two required fields, and the documented example of output (docs: Render). What a timeline contains
// is not documented.
const exampleJob = `{"timeline":{},"output":{"format":"mp4","resolution":"hd"}}`

const jobHint = `a job is an object: {"timeline":{…},"output":{…}}`

// renderOptions are the flags of render.
type renderOptions struct {
	submitFlags

	example       bool
	set, metadata []string
}

// NewRenderCommand returns the render command.
func NewRenderCommand(a *cmdutil.App) *cobra.Command {
	o := &renderOptions{}
	cmd := &cobra.Command{
		Use:   "render FILE",
		Short: "Submit a render job",
		Long: `Submit a render job to Vidiking, or to an emulator at --api-url. FILE has the job as JSON, as POST /render takes it: an object with timeline and
output. The name - is stdin.

The job's webhook goes to the URL in the file or of --callback. Without either, it goes to the running listen: to its public URL, or, if the API
is on this machine, to its local one.

--wait returns when the job has ended. It learns of that by the webhook if listen runs, and by polling otherwise (every 10 s in the sandbox,
which accepts 10 requests per minute).

In production, the command asks before it spends money. The sandbox is free. Its example job has an empty timeline, because Vidiking does not
document what a timeline contains: the emulator accepts it, Vidiking may not.`,
		Example: `  vidiking render job.json
  vidiking render job.json --sandbox --wait
  vidiking render job.json --metadata order=42 --set output.resolution=hd
  vidiking render --example --wait --api-url http://127.0.0.1:4010/v1`,
		Args: func(_ *cobra.Command, args []string) error { return o.checkArgs(args) },
		Annotations: cmdutil.Manual{
			Environment: environment,
			Exits: `0 the job was submitted, and with --wait, it is complete
1 the API did not accept it
2 wrong usage
3 the job failed (--wait)
4 there is no API key, or Vidiking refused it
5 the job did not end in time (--wait)`,
			SeeAlso: "render status, ai video, listen, emulator",
		}.Annotations(),
		ValidArgsFunction: cmdutil.CompleteOneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd.Flags()); err != nil {
				return err
			}
			return o.run(cmd.Context(), a, args)
		},
	}
	cmd.AddCommand(newStatusCommand(a))
	return cmdutil.WithFlags(a, cmd, o.AddFlags)
}

// AddFlags adds the flags to a command.
func (o *renderOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&o.example, "example", false, "submit an example job")
	f.Var(cmdutil.Repeated(&o.set), "set", "change a field of the job, `PATH=VALUE` (repeatable)")
	f.Var(cmdutil.Repeated(&o.metadata), "metadata", "keep `KEY=VALUE` with the job (repeatable)")
	o.submitFlags.AddFlags(cmd)
}

func (o *renderOptions) checkArgs(args []string) error {
	const forExample = "for example: vidiking render job.json, or vidiking render --example"
	switch {
	case len(args) > 1:
		return cmdutil.Usage("render takes one file", forExample)
	case len(args) == 1 && o.example:
		return cmdutil.Usage("cannot combine --example with "+args[0], "use either of them")
	case len(args) == 0 && !o.example:
		return cmdutil.Usage("render needs a file with a job", forExample)
	}
	return nil
}

func (o *renderOptions) run(ctx context.Context, a *cmdutil.App, args []string) error {
	file := ""
	if len(args) == 1 {
		file = args[0]
	}
	job, err := o.job(a, file)
	if err != nil {
		return err
	}
	t, err := newTarget(a, 0)
	if err != nil {
		return err
	}
	given, _ := job.Get("callback")
	s, err := newSubmission(a, t, &o.submitFlags, vidiking.Text(given))
	if err != nil {
		return err
	}
	if s.callback != vidiking.Text(given) {
		if _, err := job.Set("callback", s.callback); err != nil {
			return err
		}
	}
	if !o.yes {
		if err := t.confirm(ctx, a, file); err != nil {
			return err
		}
	}
	id := ""
	return s.run(ctx, func(ctx context.Context) (vidiking.Job, error) {
		j, err := t.client.SubmitRender(ctx, job.Bytes())
		id = j.ID
		return j, err
	}, func(ctx context.Context) (vidiking.Job, error) { return t.client.RenderJob(ctx, id) })
}

// job reads the job, and changes it as the flags say.
func (o *renderOptions) job(a *cmdutil.App, file string) (*jsontext.Object, error) {
	body, shown, err := []byte(exampleJob), "", error(nil)
	if !o.example {
		if body, shown, err = cmdutil.ReadBody(a, file, "name a file, or - for stdin"); err != nil {
			return nil, err
		}
	}
	job, err := jsontext.ParseObject(body)
	var wrong *jsontext.NotObjectError
	switch {
	case errors.As(err, &wrong):
		return nil, cmdutil.Usage(shown+" is not a job: "+wrong.Error(), jobHint)
	case err != nil:
		return nil, output.NotJSON(shown, err)
	}
	for _, text := range o.set {
		if err := setField(job, "--set", "", text); err != nil {
			return nil, err
		}
	}
	for _, text := range o.metadata {
		if err := setField(job, "--metadata", "metadata.", text); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"timeline", "output"} { // docs: Render
		if value, _ := job.Get(name); !strings.HasPrefix(string(value), "{") {
			return nil, cmdutil.Usage("the job has no object "+name, jobHint)
		}
	}
	return job, nil
}

// setField sets a field below a prefix, by the value of a flag.
func setField(job *jsontext.Object, flag, prefix, text string) error {
	path, value, ok := jsontext.CutAssignment(text)
	if !ok {
		return cmdutil.Usage(flag+" "+text+" has no value", "for example: --set output.resolution=hd, or --metadata order=42")
	}
	_, err := job.Set(prefix+path, value)
	var bad *jsontext.PathError
	if errors.As(err, &bad) {
		return cmdutil.Usage(flag+" "+text+": "+bad.Problem, "write a path as names separated by dots: output.resolution")
	}
	return err
}

func newStatusCommand(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:     "status ID",
		Short:   "Show the status of a render job",
		Long:    "Show the status of a render job, its URL if it is complete, and the error if it failed. Vidiking documents no such call for AI jobs.",
		Example: "  vidiking render status job_5tq8wd\n  vidiking render status job_5tq8wd -o json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return cmdutil.Usage("render status needs the id of one job", "for example: vidiking render status job_5tq8wd")
			}
			return nil
		},
		Annotations: cmdutil.Manual{
			Environment: environment,
			Exits: `0 the status is known
1 there is no such job, or the API can't be reached
2 wrong usage
4 there is no API key, or Vidiking refused it`,
			SeeAlso: "render, webhooks list",
		}.Annotations(),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := newTarget(a, 0)
			if err != nil {
				return err
			}
			j, err := t.client.RenderJob(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return output.ClosedPipe(output.Job(t.out, jobInfo(j, t.api())))
		},
	}
}
