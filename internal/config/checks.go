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

// checkText is the check that every value passes first: it is there, and it is text in one line.
func checkText(value string) *problem {
	switch {
	case value == "":
		return &problem{"can't be empty", ""}
	case !utf8.ValidString(value):
		return &problem{fmt.Sprintf("is no UTF-8 text: %q", value), ""}
	case strings.ContainsFunc(value, unicode.IsControl):
		return &problem{fmt.Sprintf("can't hold a line break or a control character: %q", value), ""}
	case strings.TrimSpace(value) != value:
		return &problem{fmt.Sprintf("can't begin or end with white space: %q", value), ""}
	}
	return nil
}

func checkOneOf(allowed []string, value string) *problem {
	if slices.Contains(allowed, value) {
		return nil
	}
	hint := "one of " + strings.Join(allowed, ", ")
	if near := suggest.Closest(value, allowed); near != "" {
		hint = "did you mean " + near + "?"
	}
	return &problem{fmt.Sprintf("can't be %q", value), hint}
}

func checkPath(value string) *problem {
	if p := checkText(value); p != nil {
		return p
	}
	switch {
	case value[0] != '/':
		return &problem{fmt.Sprintf("does not begin with /: %q", value), "write /" + value}
	case strings.ContainsAny(value, "?#") || strings.ContainsFunc(value, unicode.IsSpace):
		return &problem{fmt.Sprintf("is a path alone, without ?, # and white space: %q", value), ""}
	case webhook.HasDotSegment(value):
		return &problem{fmt.Sprintf("can't hold . or .. between slashes: %q", value), "senders resolve them before they send"}
	}
	if _, err := url.PathUnescape(value); err != nil {
		return &problem{fmt.Sprintf("has a broken %% escape: %q", value), "write a percent sign as %25"}
	}
	if above, pattern := PathPattern(value); pattern != "" {
		return &problem{fmt.Sprintf("is not a pattern, and %q has %s in it", value, pattern), "everything below a path is accepted, too: " + above}
	}
	return nil
}

// PathPattern returns the first segment of a path that routers read as a pattern, like {id}, :id, <id> or *, and the path above it. A
// last segment of * is none: it means what a path without it means, all that is below it.
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
	const hint = "like 127.0.0.1:4747, [::1]:4747 or localhost:4747; port 0 is any free one"
	colon := strings.LastIndexByte(value, ':')
	if colon < 0 || strings.HasSuffix(value, "]") {
		return &problem{fmt.Sprintf("is an address with a port, not %q", value), hint}
	}
	host, port := value[:colon], value[colon+1:]
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return &problem{fmt.Sprintf("has no port from 0 to 65535: %q", value), hint}
	}
	if !isLoopback(host) {
		return &problem{fmt.Sprintf("is not on this machine alone: %q", value), hint}
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
	const form = "a number with its unit, like 10s, 500ms or 1m30s"
	d, err := time.ParseDuration(value)
	switch {
	case err == nil && d > 0:
		return nil
	case err == nil:
		return &problem{fmt.Sprintf("must be more than 0, not %q", value), form}
	case isNumber(value):
		return &problem{fmt.Sprintf("has no unit: %q", value), "write " + value + "s for seconds, " + value + "ms for milliseconds"}
	}
	return &problem{fmt.Sprintf("can't be %q", value), form}
}

func isNumber(value string) bool {
	return value != "" && strings.Trim(value, "0123456789") == ""
}

// checkDir checks a directory that is written down. A relative one would be another in each directory that the program is started
// in, so it is refused; on the command line and in the environment, where that is what people mean, it is not.
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
	return &problem{fmt.Sprintf("is a relative path: %q", value), "write it from the root, or from ~/"}
}

func checkProfileName(value string) *problem {
	if value == "" {
		return &problem{"can't be empty", ""}
	}
	for i := range len(value) {
		if !isBareKeyByte(value[i]) {
			return &problem{fmt.Sprintf("can't be %q", value), "a profile's name has letters from a to z, digits, - and _"}
		}
	}
	return nil
}

// isBareKeyByte reports whether c may stand in a key of TOML that has no quotes.
func isBareKeyByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// largestConcurrency is the most that max_concurrency can be: more sockets to one address than a machine has ports for.
const largestConcurrency = 65536

func checkMaxConcurrency(value string) *problem {
	if n, err := strconv.ParseUint(value, 10, 32); err != nil || n > largestConcurrency {
		return &problem{fmt.Sprintf("can't be %q", value), "a number from 1 to 65536, or 0 for no limit"}
	}
	return nil
}
