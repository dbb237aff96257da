package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// topics returns the help pages that are not about a single command.
func topics(root *cobra.Command) []page {
	return []page{environmentTopic(), exitCodesTopic(), filterTopic(), flagsTopic(root), formattingTopic(), jsonTopic()}
}

// isTopic reports whether a word is the name of a topic.
func isTopic(root *cobra.Command, name string) bool {
	return slices.ContainsFunc(topics(root), func(p page) bool { return p.name == name })
}

func topicTerms(root *cobra.Command) []term {
	var terms []term
	for _, p := range topics(root) {
		terms = append(terms, term{name: p.name, text: p.short})
	}
	return terms
}

func exitCodesTopic() page {
	return page{
		name: "exit-codes", topic: true, short: "Exit codes and their meaning",
		long: `Each exit code means the same for every command, so scripts can rely on it. The help of a command lists the codes that it uses.

An error is a line on stderr that begins with error:, usually followed by a line that begins with hint: and says what to do.`,
		sections: []section{{
			kind: sectionExits, title: "Exit codes", terms: exitCodes(),
			after: "With listen -- COMMAND, the command's own code if it is not 0.",
		}},
		seeAlso: []string{"json", "webhooks wait"},
	}
}

func environmentTopic() page {
	reads := section{kind: sectionEnvironment, title: "Variables that vidiking reads"}
	for _, v := range variables() {
		reads.terms = append(reads.terms, term{name: v.name, text: v.text})
	}
	return page{
		name: "environment", topic: true, short: "Environment variables that vidiking reads and sets",
		long: `A flag overrides the environment, which overrides the project's .vidiking.toml, which overrides the configuration file, which overrides
the default. 'vidiking config list' shows where each setting comes from. An empty variable counts as not set.`,
		sections: []section{reads, {
			kind: sectionEnvironment, title: "Variables that listen sets for the COMMAND after --",
			terms: []term{
				{name: cmdutil.EnvURL, text: "where to send events; trigger, replay and webhooks wait use this listen, even if others run"},
				{name: "VIDIKING_WEBHOOK_SECRET", text: "the signing secret in use"},
				{name: "VIDIKING_DATA_DIR", text: "the directory of its delivery log, for trigger and webhooks wait"},
				{name: "VIDIKING_API_URL", text: "the URL of the emulator, only with --emulator"},
				{name: "VIDIKING_API_KEY", text: "a key that the emulator accepts, only with --emulator"},
			},
		}},
		seeAlso: []string{"config", "config list", "formatting"},
	}
}

func filterTopic() page {
	keys := section{kind: sectionFacts, title: "Keys"}
	for _, k := range filter.Keys() {
		keys.terms = append(keys.terms, term{name: k.Example, text: k.Description})
	}
	return page{
		name: "filter", topic: true, short: "How --filter selects deliveries",
		long: `The same language selects deliveries everywhere: after --filter, and after / in the screen of watch.

A plain word searches everything: events, ids, headers, bodies, responses. key:value searches one field; values separated by commas are
alternatives. A delivery must match all terms; - negates a term. Quote text that contains spaces. Numbers take >, >=, < and <=.`,
		sections: []section{
			{kind: sectionExamples, title: "Examples", lines: []string{
				"vidiking webhooks list --filter 'event:render.* status:failed since:1h'",
				"vidiking webhooks list --filter 'job_9bn2ze -status:delivered'",
				"vidiking replay --filter 'status:refused code:>=500 since:14:03' --dry-run",
			}},
			keys,
		},
		seeAlso: []string{"webhooks list", "replay", "watch"},
	}
}

// flagsTopic lists the global flags, which are omitted from the pages of commands.
func flagsTopic(root *cobra.Command) page {
	return page{
		name: "flags", topic: true, short: "Flags that every command accepts",
		long:     "Every command accepts these flags, before or after its name.",
		sections: []section{globalFlagSection(root)},
		seeAlso:  []string{"environment", "formatting"},
	}
}

func formattingTopic() page {
	st := display.Style{UTF8: true}
	glyphs := section{kind: sectionFacts, title: "Glyphs"}
	for _, s := range webhook.Statuses() {
		glyph, _ := st.Glyph(s)
		glyphs.terms = append(glyphs.terms, term{name: glyph, text: string(s) + ": " + statusMeaning(s)})
	}
	glyphs.terms = append(glyphs.terms,
		term{name: "↻", text: "repeated: a replay, or the same bytes as an earlier delivery; ↻ ✓ a replay has since delivered it"},
		term{name: "● ○", text: "tunnel or handler: up, down"},
	)
	glyphs.after = "Without UTF-8: " + display.Style{}.Symbols("✓ ✗ ! ⊘ – · ↻ ● ○") + "."
	return page{
		name: "formatting", topic: true, short: "Text or JSON, color, quiet, and the output streams",
		long: `Results go to stdout. Hints, warnings, errors, prompts and closing lines go to stderr.

On a terminal, rows fit the width, times are local, and ids are as short as they can be typed. Otherwise there are no colors, no prompts and
nothing is truncated. Rows of deliveries are then lines of a log: aligned, with the date and the full id. The rows of 'webhooks list' and
other lists are separated by tabs, with RFC 3339 times.`,
		sections: []section{
			{kind: sectionFacts, title: "Flags and variables", terms: []term{
				{name: "-o json", text: "one JSON object per line on stdout; to make it the default: vidiking config set output json"},
				{name: "-q, --quiet", text: "print only undelivered deliveries and errors"},
				{name: "-v, --verbose", text: "print headers and payload below each delivery"},
				{name: "--color", text: "auto (if the output is a terminal), always or never; overrides the variables"},
				{name: "NO_COLOR", text: "no color, if it is not empty (no-color.org)"},
				{name: "CLICOLOR_FORCE", text: "color even if the output is not a terminal, unless it is empty or 0"},
			}},
			glyphs,
		},
		seeAlso: []string{"json", "environment", "exit-codes"},
	}
}

func statusMeaning(s webhook.Status) string {
	switch s {
	case webhook.StatusDelivered:
		return "the handler responded 2xx"
	case webhook.StatusRefused:
		return "the handler responded with another code"
	case webhook.StatusUnreachable:
		return "the handler could not be reached"
	case webhook.StatusTimedOut:
		return "the handler did not respond in time"
	case webhook.StatusRejected:
		return "not forwarded because of its signature"
	case webhook.StatusSkipped:
		return "no route or event filter selects it"
	default: // pending
		return "waiting for a response"
	}
}

const jsonTopicName = "json"

func jsonTopic() page {
	return page{
		name: jsonTopicName, topic: true, short: "What -o json prints",
		long: `With -o json, a command writes one JSON object per line to stdout. Each has "v":1 and a "type". Fields that do not apply are omitted, and
later versions only add fields. Times are RFC 3339 in UTC with milliseconds; durations are in milliseconds.

The error that a command ends with is an object on stderr. docs/json.md in the repository documents all fields, and 'vidiking help json --schema' prints a
JSON Schema of them.`,
		sections: []section{
			{kind: sectionExamples, title: "Examples", lines: []string{
				"vidiking listen --forward localhost:3000 -o json",
				"vidiking webhooks list --failed -o json | jq -r .id",
				"vidiking webhooks show last -o json | jq -r .body_base64 | base64 -d",
				"vidiking help json --schema > vidiking.schema.json",
			}},
			{kind: sectionFacts, title: "Types", terms: objectTerms()},
		},
		seeAlso: []string{"formatting", "exit-codes"},
	}
}

// jsonObjects returns all types of objects that the program prints.
func jsonObjects() []output.Object {
	return append(output.Objects(), output.Object{Type: "version", Text: "the version", Value: cmdutil.Build{}})
}

// objectTerms describes each type of objects.
func objectTerms() []term {
	var terms []term
	for _, o := range jsonObjects() {
		i := slices.IndexFunc(terms, func(t term) bool { return t.name == o.Type })
		if i < 0 {
			terms = append(terms, term{name: o.Type, text: o.Text})
			continue
		}
		terms[i].text += "; " + o.Text
	}
	return terms
}
