package internal_test

import (
	"io/fs"
	"net/url"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
)

// TestLinksInDocsAreValid checks relative links and anchors in README.md, docs and .github.
func TestLinksInDocsAreValid(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	pages := markdownPages(t, root)
	if len(pages) < 20 {
		t.Fatalf("found only %d pages", len(pages))
	}
	links, anchors := 0, 0
	for name, text := range pages {
		for _, target := range linksOf(text) {
			l, a, wrong := follow(root, pages, name, target)
			links, anchors = links+l, anchors+a
			if wrong != "" {
				t.Errorf("%s: %s: %s", name, target, wrong)
			}
		}
	}
	t.Logf("%d pages, %d relative links, %d of them with an anchor", len(pages), links, anchors)
}

// TestDocsIndexLinksEveryPage checks that docs/README.md links to every page in docs.
func TestDocsIndexLinksEveryPage(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	index := map[string]bool{}
	for _, target := range linksOf(readText(t, root, "docs/README.md")) {
		index[path.Join("docs", target)] = true
	}
	names, err := fs.Glob(root, "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if name != "docs/README.md" && !index[name] {
			t.Errorf("docs/README.md has no link to %s", name)
		}
	}
}

// TestPathsInDocsExist checks that every path in the repository that a page names exists.
func TestPathsInDocsExist(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	named := regexp.MustCompile("`((?:internal|cmd|docs|\\.ci|\\.github|completions)/[A-Za-z0-9_./-]+)`")
	checked := 0
	for name, text := range markdownPages(t, root) {
		for _, m := range named.FindAllStringSubmatch(prose(text), -1) {
			checked++
			if _, err := fs.Stat(root, strings.TrimSuffix(m[1], "/")); err != nil && m[1] != ".ci/bin" {
				t.Errorf("%s: %s does not exist", name, m[1])
			}
		}
	}
	if checked < 30 {
		t.Errorf("found only %d paths", checked)
	}
	t.Logf("%d paths", checked)
}

// markdownPages returns the text of every Markdown page that readers of the repository see, by path.
func markdownPages(t *testing.T, root fs.FS) map[string]string {
	t.Helper()
	pages := map[string]string{}
	for _, top := range []string{".", "docs", ".github"} {
		err := fs.WalkDir(root, top, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && top == "." && name != ".":
				return fs.SkipDir // Markdown in code directories is not documentation
			case path.Ext(name) == ".md":
				pages[name] = readText(t, root, name)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return pages
}

// follow checks one link of a page and describes what is wrong with it. It ignores external links.
func follow(root fs.FS, pages map[string]string, page, target string) (links, anchors int, wrong string) {
	u, err := url.Parse(target)
	if err != nil {
		return 0, 0, err.Error()
	}
	if u.Scheme != "" || u.Host != "" {
		return 0, 0, ""
	}
	name := page
	if u.Path != "" {
		name = path.Join(path.Dir(page), u.Path)
		if _, err := fs.Stat(root, name); err != nil {
			return 1, 0, "no such file"
		}
	}
	if u.Fragment == "" {
		return 1, 0, ""
	}
	text, ok := pages[name]
	if !ok {
		return 1, 1, "anchor in a file that is not a page"
	}
	if !anchorsOf(text)[u.Fragment] {
		return 1, 1, "no such heading"
	}
	return 1, 1, ""
}

var (
	linkPattern = regexp.MustCompile(`\]\(\s*<?([^()\s<>]+)>?(?:\s+"[^"]*")?\s*\)|(?m:^\[[^\]]+\]:\s+(\S+))|(?:href|src|srcset)="([^"]+)"`)
	fence       = regexp.MustCompile("^ {0,3}(```+|~~~+)")
	codeSpan    = regexp.MustCompile("`[^`\n]+`")
	anchorTag   = regexp.MustCompile(`<a (?:id|name)="([^"]+)"`)
	textOfLink  = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
)

// linksOf returns the targets of all links of a page, in Markdown or HTML. It ignores code.
func linksOf(text string) []string {
	var found []string
	for _, m := range linkPattern.FindAllStringSubmatch(codeSpan.ReplaceAllString(prose(text), "``"), -1) {
		found = append(found, m[1]+m[2]+m[3])
	}
	return found
}

// prose returns a page without its fenced blocks.
func prose(text string) string {
	var b strings.Builder
	open := ""
	for line := range strings.Lines(text) {
		m := fence.FindStringSubmatch(line)
		switch {
		case open == "" && m != nil:
			open = m[1]
		case open == "":
			b.WriteString(line)
		case m != nil && strings.HasPrefix(m[1], open):
			open = ""
		}
	}
	return b.String()
}

// anchorsOf returns the anchors that GitHub creates for a page's headings: the text in lower case, with hyphens for spaces and only letters,
// digits, underscores and hyphens. A second identical heading gets the suffix -1.
func anchorsOf(text string) map[string]bool {
	anchors, seen := map[string]bool{}, map[string]int{}
	for line := range strings.Lines(prose(text)) {
		for _, m := range anchorTag.FindAllStringSubmatch(line, -1) {
			anchors[m[1]] = true
		}
		level := len(line) - len(strings.TrimLeft(line, "#"))
		if level == 0 || level > 6 || !strings.HasPrefix(line[level:], " ") {
			continue
		}
		anchor := anchorOf(strings.TrimRight(strings.TrimSpace(line[level:]), "#"))
		again := seen[anchor]
		seen[anchor]++
		if again > 0 {
			anchor += "-" + strconv.Itoa(again)
		}
		anchors[anchor] = true
	}
	return anchors
}

func anchorOf(heading string) string {
	heading = textOfLink.ReplaceAllString(heading, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-':
			return '-'
		case r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(heading))
}

func TestAnchorsMatchGitHub(t *testing.T) {
	t.Parallel()
	for heading, want := range map[string]string{
		"Exit codes":                          "exit-codes",
		"`sign` and `verify`":                 "sign-and-verify",
		"Receiving: `vidiking listen`":        "receiving-vidiking-listen",
		"Why does it take so long? (a guess)": "why-does-it-take-so-long-a-guess",
		"a — b":                               "a--b",
		"[The filter](filter.md), `--tui`":    "the-filter---tui",
		"max_body":                            "max_body",
	} {
		if got := anchorOf(heading); got != want {
			t.Errorf("anchorOf(%q) = %q, want %q", heading, got, want)
		}
	}
	got := anchorsOf("# One\n```sh\n# not one\n```\n## Same\n## Same\n<a id=\"own\"></a>\n#nor this\n")
	for _, want := range []string{"one", "same", "same-1", "own"} {
		if !got[want] {
			t.Errorf("no anchor %q in %v", want, got)
		}
	}
	if len(got) != 4 {
		t.Errorf("got the anchors %v, want 4", got)
	}
}

func TestBrokenLinksAreFound(t *testing.T) {
	t.Parallel()
	pages := map[string]string{
		"README.md": "[a](docs/a.md) [b](docs/a.md#part \"title\") [c](docs/b.md) [d](docs/a.md#other) [e](#none) " +
			"[f](https://example.com/x.md) `[g](gone.md)` <img src=\"gone.svg\"> [![h](badge.svg)](LICENSE#x)\n\n[i]: gone.txt\n",
		"docs/a.md": "# A\n\n## Part\n\n[back](../README.md) [same](#part)\n",
	}
	root := fstest.MapFS{"LICENSE": {}}
	for name, text := range pages {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	var wrong []string
	for _, target := range append(linksOf(pages["README.md"]), linksOf(pages["docs/a.md"])...) {
		from := "README.md"
		if target == "../README.md" || target == "#part" {
			from = "docs/a.md"
		}
		if _, _, what := follow(root, pages, from, target); what != "" {
			wrong = append(wrong, target)
		}
	}
	const want = "docs/b.md docs/a.md#other #none gone.svg badge.svg LICENSE#x gone.txt"
	if got := strings.Join(wrong, " "); got != want {
		t.Errorf("got the broken links %q, want %q", got, want)
	}
}
