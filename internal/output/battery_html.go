package output

import (
	"fmt"
	"io"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/conformance"
	"github.com/vidiking/vidiking-cli/internal/display"
)

// pageStyle is the look of the page: it follows the reader's theme, and prints.
const pageStyle = `:root{color-scheme:light dark;--fg:#1b1f24;--bg:#fff;--dim:#656d76;--line:#d0d7de;--code:#f6f8fa;--good:#1a7f37;--caution:#9a6700;--bad:#cf222e}
@media(prefers-color-scheme:dark){:root{--fg:#e6edf3;--bg:#0d1117;--dim:#8b949e;--line:#30363d;--code:#161b22;--good:#3fb950;--caution:#d29922;--bad:#f85149}}
@media print{:root{--fg:#000;--bg:#fff;--dim:#444;--line:#bbb;--code:#f4f4f4;--good:#060;--caution:#640;--bad:#900}section{break-inside:avoid}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1rem;margin:0}section{border-top:1px solid var(--line);padding:.8rem 0}
dl{display:grid;grid-template-columns:6rem 1fr;gap:.1rem .8rem;margin:.4rem 0}dt,.dim{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}
pre{background:var(--code);padding:.7rem;overflow-x:auto}code{font:13px/1.5 ui-monospace,monospace}table{border-collapse:collapse}td{padding:.1rem .8rem .1rem 0;vertical-align:top}
.pass{color:var(--good)}.warn{color:var(--caution)}.fail,.error{color:var(--bad)}a{color:inherit}`

// escapeHTML makes outside text harmless in a page, as text and in a quoted attribute.
func escapeHTML(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(display.CleanLines(text))
}

// BatteryPage writes the report of `test` as one page that loads nothing.
func BatteryPage(w io.Writer, b Battery) error {
	var p strings.Builder
	title := "vidiking test " + b.Target
	fmt.Fprintf(&p, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>%s</title>\n<style>%s</style>\n",
		escapeHTML(title), pageStyle)
	fmt.Fprintf(&p, "<h1>%s</h1>\n<p><strong>%s</strong><br><span class=\"dim\">%s, %s, seed %d</span></p>\n",
		escapeHTML(title), escapeHTML(b.totals()), b.Started.UTC().Format("2006-01-02 15:04:05 UTC"), display.Deliveries(b.Sent), b.Seed)
	if profile := b.profile(); profile != "" {
		fmt.Fprintf(&p, "<p>%s</p>\n", escapeHTML(profile))
	}
	if len(b.Recipe) > 0 {
		fmt.Fprintf(&p, "<h2>Fix for %s</h2>\n<pre><code>%s</code></pre>\n", escapeHTML(b.Framework), escapeHTML(b.diff()))
	}
	for _, v := range []conformance.Verdict{conformance.Fail, conformance.Error, conformance.Warn} {
		for _, r := range b.worstFirst(v) {
			b.caseSection(&p, r)
		}
	}
	p.WriteString("<section><table>\n")
	for _, v := range []conformance.Verdict{conformance.Pass, conformance.Skip} {
		for _, r := range b.worstFirst(v) {
			fmt.Fprintf(&p, "<tr><td class=\"%s\">%s<td><a href=\"%s\">%s</a><td>%s<td>%s\n", v, verdictWord(v), DocsOf(r.ID), r.ID, r.Weight, escapeHTML(r.Message))
		}
	}
	p.WriteString("</table></section>\n</html>\n")
	_, err := io.WriteString(w, p.String())
	return err
}

// diff returns the lines to replace, and the lines that replace them.
func (b Battery) diff() string {
	var text strings.Builder
	for _, l := range b.Replaced {
		text.WriteString("- " + l + "\n")
	}
	for _, l := range b.Recipe {
		text.WriteString("+ " + l + "\n")
	}
	return text.String()
}

// verdictWord returns the glyph and the word of a verdict.
func verdictWord(v conformance.Verdict) string {
	glyph, _ := verdictGlyph(v, display.Style{UTF8: true})
	return glyph + " " + string(v)
}

func (b Battery) caseSection(p *strings.Builder, r conformance.Result) {
	known := ""
	if b.isKnown(r) {
		known = ", known from the baseline"
	}
	fmt.Fprintf(p, "<section id=\"%s\"><h2><span class=\"%s\">%s</span> <a href=\"%s\">%s</a> <span class=\"dim\">%s%s</span></h2>\n<p>The handler %s.</p>\n<dl>\n",
		r.ID, r.Verdict, verdictWord(r.Verdict), DocsOf(r.ID), r.ID, r.Weight, known, escapeHTML(r.Message))
	for _, f := range b.facts(r) {
		text := escapeHTML(f.text)
		switch f.label {
		case "docs":
			continue
		case "sent", "again", "response":
			text = "<code>" + text + "</code>"
		}
		fmt.Fprintf(p, "<dt>%s<dd>%s\n", f.label, text)
	}
	p.WriteString("</dl></section>\n")
}
