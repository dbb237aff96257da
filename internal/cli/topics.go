package cli

import (
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// topics are the pages of help that are about no single command.
func topics() []page {
	return []page{environmentTopic(), exitCodesTopic(), filterTopic(), formattingTopic(), jsonTopic()}
}

func topicTerms() []term {
	var terms []term
	for _, p := range topics() {
		terms = append(terms, term{name: p.name, text: p.short})
	}
	return terms
}

func exitCodesTopic() page {
	return page{
		name: "exit-codes", topic: true, short: "What the program ends with, and what it means",
		long: `A script can go by the exit code: what one means is the same for every command. The help of a command says which ones it ends with.

An error is a line on stderr that begins with error:, and mostly one with hint: that says what to do.`,
		sections: []section{{
			kind: sectionExits, title: "Exit codes", terms: exitCodes(),
			after: "With listen -- COMMAND, the command's own code where it is not 0.",
		}},
		seeAlso: []string{"json", "webhooks wait"},
	}
}

func environmentTopic() page {
	reads := section{kind: sectionEnvironment, title: "What the program reads"}
	for _, v := range variables() {
		reads.terms = append(reads.terms, term{name: v.name, text: v.what})
	}
	return page{
		name: "environment", topic: true, short: "The environment variables that it reads and sets",
		long: `A flag beats the environment, which beats the project's file (.vidiking.toml), which beats the configuration file, which beats the
default; config list says where each setting came from. An empty variable counts as not set.`,
		sections: []section{reads, {
			kind: sectionEnvironment, title: "What listen sets for the COMMAND behind --",
			terms: []term{
				{name: cmdutil.EnvURL, text: "where to send events; trigger, replay and webhooks wait mean the listen that is there, whichever else runs"},
				{name: "VIDIKING_WEBHOOK_SECRET", text: "the signing secret in use"},
				{name: "VIDIKING_DATA_DIR", text: "the directory of its delivery log, for trigger and webhooks wait"},
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
		long: `One language selects deliveries everywhere: behind --filter, and behind / on the screen of watch.

A word is looked for in everything: events, ids, headers, bodies, answers. key:value looks at one thing; several values with commas
are alternatives. All terms must hold; - in front of one turns it round. Words with a space between go in quotes. Numbers take >, >=,
< and <=.`,
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

func formattingTopic() page {
	st := display.Style{UTF8: true}
	glyphs := section{kind: sectionFacts, title: "Glyphs"}
	for _, s := range webhook.Statuses() {
		glyph, _ := st.Glyph(s)
		glyphs.terms = append(glyphs.terms, term{name: glyph, text: string(s) + ": " + statusMeaning(s)})
	}
	glyphs.terms = append(glyphs.terms,
		term{name: "↻", text: "again: a replay, or bytes that came before; ↻ ✓ a replay has delivered it since"},
		term{name: "● ○", text: "tunnel or handler: up, not up"},
	)
	glyphs.after = "Without UTF-8 they are " + display.Style{}.Symbols("✓ ✗ ! ⊘ – · ↻ ● ○") + "."
	return page{
		name: "formatting", topic: true, short: "Text or JSON, colour, quiet, and which stream has what",
		long: `Results go to stdout. Hints, warnings, errors, questions and closing lines go to stderr, so that listen > file is a clean table.

On a terminal, rows fit its width, times are local, ids are cut as short as they can be typed. Elsewhere nothing is coloured, asked or
cut: there are tabs between the columns, full ids, and times in RFC 3339.`,
		sections: []section{
			{kind: sectionFacts, title: "What changes it", terms: []term{
				{name: "-o json", text: "one JSON object a line, on stdout; or for good: vidiking config set output json"},
				{name: "-q, --quiet", text: "only deliveries that were not delivered, and errors"},
				{name: "-v, --verbose", text: "headers and payload under each delivery, too"},
				{name: "--color", text: "auto: where the output is a terminal; always; never. It beats the variables"},
				{name: "NO_COLOR", text: "no colour, where it is not empty (no-color.org)"},
				{name: "CLICOLOR_FORCE", text: "colour also where the output is no terminal, where it is neither empty nor 0"},
			}},
			glyphs,
		},
		seeAlso: []string{"json", "environment", "exit-codes"},
	}
}

func statusMeaning(s webhook.Status) string {
	switch s {
	case webhook.StatusDelivered:
		return "the handler answered 2xx"
	case webhook.StatusRefused:
		return "the handler answered another code"
	case webhook.StatusUnreachable:
		return "the handler could not be reached"
	case webhook.StatusTimedOut:
		return "the handler did not answer in time"
	case webhook.StatusRejected:
		return "its signature kept it from being forwarded"
	case webhook.StatusSkipped:
		return "no event or route asked for it"
	default: // pending
		return "it waits for its answer"
	}
}

func jsonTopic() page {
	return page{
		name: "json", topic: true, short: "What -o json prints",
		long: `With -o json a command writes one JSON object a line to stdout. Each has "v":1 and a "type". Fields are only ever added; one that
does not apply is left out. Times are RFC 3339 in UTC, with milliseconds; durations are milliseconds.

Errors stay on stderr as text, and the exit code says which kind. All fields: docs/json.md in the repository.`,
		sections: []section{
			{kind: sectionExamples, title: "Examples", lines: []string{
				"vidiking listen --forward localhost:3000 -o json",
				"vidiking webhooks list --failed -o json | jq -r .id",
				"vidiking webhooks show last -o json | jq -r .body_base64 | base64 -d",
			}},
			{kind: sectionFacts, title: "Types", terms: []term{
				{name: "ready", text: "listen takes deliveries from now on"},
				{name: "delivery", text: "a delivery is in the log"},
				{name: "attempt", text: "an attempt to hand a delivery to the handler has ended"},
				{name: "diff", text: "in what two deliveries differ (webhooks diff)"},
				{name: "tunnel", text: "the tunnel went down, or is up again (listen)"},
				{name: "warning", text: "a hint, as text has it on stderr"},
				{name: "signature", text: "what sign has made"},
				{name: "verification", text: "what verify has found"},
				{name: "summary", text: "what a command has done, at its end"},
				{name: "load", text: "what many sendings add up to (trigger --count)"},
				{name: "expectation", text: "whether a delivery came as trigger --expect-… said"},
				{name: "wait", text: "what webhooks wait, or listen --wait-for, has seen"},
				{name: "webhook", text: "what is registered with Vidiking from here"},
				{name: "request", text: "what config set-webhook --dry-run would send"},
				{name: "check", text: "what doctor has found"},
				{name: "setting", text: "a setting, and where it came from"},
				{name: "event, scenario", text: "what trigger --list lists"},
				{name: "step", text: "a step of demo"},
				{name: "version", text: "which version this is"},
			}},
		},
		seeAlso: []string{"formatting", "exit-codes"},
	}
}
