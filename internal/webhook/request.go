package webhook

import (
	"net/url"
	"slices"
	"strings"
)

// RestOf returns the part of an escaped path below base, byte for byte, and whether the path is base or below it. The rest is
// empty or starts with a slash. The path may escape the segments of base in any way.
func RestOf(base, path string) (rest string, ok bool) {
	if path == base {
		return "", true
	}
	base = strings.TrimSuffix(base, "/")
	end := len(base)
	if !strings.HasPrefix(path, base) {
		if end = endOfSegments(path, strings.Count(base, "/")); !sameSegments(base, path[:end]) {
			return "", false
		}
	}
	rest = path[end:]
	return rest, rest == "" || rest[0] == '/'
}

// endOfSegments returns the index of the slash after the n-th segment, or the length of the path.
func endOfSegments(path string, n int) int {
	for i := range len(path) {
		if path[i] == '/' {
			if n--; n < 0 {
				return i
			}
		}
	}
	return len(path)
}

func sameSegments(a, b string) bool {
	return slices.EqualFunc(strings.Split(a, "/"), strings.Split(b, "/"), func(a, b string) bool {
		a, errA := url.PathUnescape(a)
		b, errB := url.PathUnescape(b)
		return errA == nil && errB == nil && a == b
	})
}

// HasDotSegment reports whether an escaped path has a segment that some server resolves as . or .., including escaped dots,
// escaped slashes and backslashes, and parameters such as "..;a".
func HasDotSegment(path string) bool {
	if !strings.ContainsAny(path, ".%") {
		return false
	}
	plain := strings.NewReplacer("%2e", ".", "%2E", ".", "%2f", "/", "%2F", "/", "%5c", "/", "%5C", "/", `\`, "/", "%3b", ";", "%3B", ";").Replace(path)
	for segment := range strings.SplitSeq(plain, "/") {
		if segment, _, _ = strings.Cut(segment, ";"); segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// RequestURL returns the URL of a delivery's request: the target, with rest appended to its path by exactly one slash, and query
// appended to its query. Rest is empty or starts with a slash. All three keep their bytes.
func RequestURL(target, rest, query string) string {
	base, own, hasQuery := strings.Cut(target, "?")
	if rest != "" {
		base = strings.TrimSuffix(base, "/") + rest
	}
	switch {
	case own == "":
		own = query
	case query != "":
		own += "&" + query
	}
	if own != "" || hasQuery {
		base += "?" + own
	}
	return base
}
