package config

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/vidiking/vidiking-cli/internal/hosts"
)

// checkPublicURL checks the URL or host name that a tunnel should get. Its path is set by --path.
func checkPublicURL(value string) *problem {
	if p := checkText(value); p != nil {
		return p
	}
	const hint = "for example https://shop.ngrok.app or shop.ngrok.app"
	text := value
	if !strings.Contains(value, "://") {
		text = "https://" + value
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || strings.ContainsFunc(value, unicode.IsSpace):
		return newProblem(fmt.Sprintf("must be a URL or a host name, not %q", value), hint)
	case u.Scheme != "https" && (u.Scheme != "http" || !hosts.IsLoopback(u.Hostname())):
		return newProblem(fmt.Sprintf("must begin with https://: %q", value), hint)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return newProblem(fmt.Sprintf("must contain only a host: %q", value), "set the path with --path, and write "+u.Scheme+"://"+u.Host)
	}
	return nil
}

// PublicURL returns the public URL that the tunnel should have, with its scheme. It is empty if none is set.
func (c *Config) PublicURL() string {
	text := strings.TrimRight(c.find(URL).text, "/")
	if text == "" || strings.Contains(text, "://") {
		return text
	}
	return "https://" + text
}

func checkHostPort(value string) *problem {
	if p := checkText(value); p != nil {
		return p
	}
	colon := strings.LastIndexByte(value, ':')
	if colon < 0 || strings.HasSuffix(value, "]") || strings.Contains(value, "/") {
		return newProblem(fmt.Sprintf("must be a host and a port, not %q", value), "for example example.com:443")
	}
	if _, err := strconv.ParseUint(value[colon+1:], 10, 16); err != nil {
		return newProblem(fmt.Sprintf("must have a port from 0 to 65535: %q", value), "for example example.com:443")
	}
	return nil
}

// checkToken checks an ngrok token. Its errors never contain the token.
func checkToken(value string) *problem {
	const hint = "copy it again from https://dashboard.ngrok.com/get-started/your-authtoken"
	switch {
	case value == "":
		return newProblem("must not be empty", "")
	case strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }):
		return newProblem("contains white space or a character that is not ASCII", hint)
	}
	return checkCopied(value, hint)
}

// checkRoots checks a value of root_cas as ngrok's own agent reads it: ngrok's certificates, the system's, or those in a file.
func checkRoots(value string) *problem {
	if value == "trusted" || value == "host" {
		return nil
	}
	if p := checkDir(value); p != nil {
		return invalidValue(value, "use trusted, host, or the absolute path of a PEM file")
	}
	return nil
}

func checkProxy(value string) *problem {
	const hint = "for example http://proxy.example.com:3128 or socks5://127.0.0.1:1080"
	if checkText(value) != nil {
		return newProblem("is not a valid URL", hint) // it may contain a password, so it is not repeated
	}
	u, err := url.Parse(value)
	if err != nil || u.Hostname() == "" {
		return newProblem("is not a valid URL", hint)
	}
	if u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" {
		return newProblem(fmt.Sprintf("has an unsupported scheme: %q", u.Scheme), hint)
	}
	return nil
}

// withoutPassword masks the password of a URL.
func withoutPassword(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "…"
	}
	return u.Redacted()
}
