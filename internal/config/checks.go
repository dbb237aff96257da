package config

import (
	"cmp"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/suggest"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// checkText checks that a value is one non-empty line of text. Every value has to pass this check.
func checkText(value string) *problem {
	switch {
	case value == "":
		return newProblem("must not be empty", "")
	case !utf8.ValidString(value):
		return newProblem(fmt.Sprintf("is not valid UTF-8: %q", value), "")
	case strings.ContainsFunc(value, unicode.IsControl):
		return newProblem(fmt.Sprintf("must not contain line breaks or control characters: %q", value), "")
	case strings.TrimSpace(value) != value:
		return newProblem(fmt.Sprintf("must not begin or end with white space: %q", value), "")
	}
	return nil
}

func checkOneOf(allowed []string, value string) *problem {
	if slices.Contains(allowed, value) {
		return nil
	}
	hint := "choose from " + strings.Join(allowed, ", ")
	if closest := suggest.Closest(value, allowed); closest != "" {
		hint = "did you mean " + closest + "?"
	}
	return invalidValue(value, hint)
}

func checkPath(value string) *problem {
	if p := checkText(value); p != nil {
		return p
	}
	switch {
	case value[0] != '/':
		return newProblem(fmt.Sprintf("must begin with /: %q", value), "write /"+value)
	case strings.ContainsAny(value, "?#") || strings.ContainsFunc(value, unicode.IsSpace):
		return newProblem(fmt.Sprintf("must be a path without ?, # or white space: %q", value), "")
	case webhook.HasDotSegment(value):
		return newProblem(fmt.Sprintf("must not contain . or .. segments: %q", value), "senders resolve them before they send the request")
	}
	if _, err := url.PathUnescape(value); err != nil {
		return newProblem(fmt.Sprintf("has an invalid %% escape: %q", value), "write a percent sign as %25")
	}
	if above, pattern := PathPattern(value); pattern != "" {
		return newProblem(fmt.Sprintf("must not be a pattern, but %q contains %s", value, pattern), "use "+above+": it also accepts every path below it")
	}
	return nil
}

// PathPattern returns the first segment of a path that routers read as a pattern, such as {id}, :id, <id> or *, and the path above it. A *
// as the last segment is not a pattern, because the path without it accepts everything below it anyway.
func PathPattern(path string) (above, pattern string) {
	path = strings.TrimSuffix(path, "/*")
	at := 0
	for segment := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(segment, ":") || strings.ContainsAny(segment, "*{}<>[]") {
			return cmp.Or(strings.TrimSuffix(path[:at], "/"), "/"), segment
		}
		at += len(segment) + 1
	}
	return path, ""
}

func checkAddr(value string) *problem {
	if p := checkText(value); p != nil {
		return p
	}
	const hint = "for example 127.0.0.1:4747, [::1]:4747 or localhost:4747; port 0 picks a free one"
	colon := strings.LastIndexByte(value, ':')
	if colon < 0 || strings.HasSuffix(value, "]") {
		return newProblem(fmt.Sprintf("must be an address with a port, not %q", value), hint)
	}
	host, port := value[:colon], value[colon+1:]
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return newProblem(fmt.Sprintf("must have a port from 0 to 65535: %q", value), hint)
	}
	if !isLoopback(host) {
		return newProblem(fmt.Sprintf("must be a loopback address: %q", value), hint)
	}
	return nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	inside, bracketed := strings.CutPrefix(host, "[")
	if bracketed {
		host = strings.TrimSuffix(inside, "]")
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Zone() == "" && ip.Is4() != bracketed && ip.IsLoopback()
}

func checkDuration(value string) *problem {
	const hint = "use a number with a unit, such as 10s, 500ms or 1m30s"
	d, err := time.ParseDuration(value)
	switch {
	case err == nil && d > 0:
		return nil
	case err == nil:
		return newProblem(fmt.Sprintf("must be more than 0, not %q", value), hint)
	case isNumber(value):
		return newProblem(fmt.Sprintf("needs a unit: %q", value), "write "+value+"s for seconds, or "+value+"ms for milliseconds")
	}
	return invalidValue(value, hint)
}

func isNumber(value string) bool {
	return value != "" && strings.Trim(value, "0123456789") == ""
}

// checkDir checks a directory in a configuration file. It refuses relative paths, because they would mean another directory wherever the
// program is started. On the command line and in the environment, relative paths are allowed.
func checkDir(value string) *problem {
	if p := checkText(value); p != nil {
		return p
	}
	for _, root := range []string{"/", "~/", `~\`, `\\`} {
		if strings.HasPrefix(value, root) {
			return nil
		}
	}
	if value == "~" || hasDrive(value) {
		return nil
	}
	return newProblem(fmt.Sprintf("must be an absolute path, not %q", value), "begin it with / or ~/")
}

func checkProfileName(value string) *problem {
	if value == "" {
		return newProblem("must not be empty", "")
	}
	for i := range len(value) {
		if !isBareKeyByte(value[i]) {
			return invalidValue(value, "use only the letters a to z, digits, - and _")
		}
	}
	return nil
}

// isBareKeyByte reports whether c is allowed in a TOML key without quotes.
func isBareKeyByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// maxConcurrencyLimit is the upper limit of max_concurrency: a machine has no more ports for connections to one address.
const maxConcurrencyLimit = 65536

func checkMaxConcurrency(value string) *problem {
	if n, err := strconv.ParseUint(value, 10, 32); err != nil || n > maxConcurrencyLimit {
		return invalidValue(value, "use a number from 1 to 65536, or 0 for no limit")
	}
	return nil
}
