package config

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/vidiking/vidiking-cli/internal/hosts"
)

// checkPublicURL checks a URL, or a domain alone, at which a tunnel is to begin. Its path is the ingress's.
func checkPublicURL(value string) *problem {
	if p := checkText(value); p != nil {
		return p
	}
	const hint = "like https://shop.ngrok.app, or shop.ngrok.app"
	text := value
	if !strings.Contains(value, "://") {
		text = "https://" + value
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || strings.ContainsFunc(value, unicode.IsSpace):
		return &problem{fmt.Sprintf("is no URL: %q", value), hint}
	case u.Scheme != "https" && (u.Scheme != "http" || !hosts.IsLoopback(u.Hostname())):
		return &problem{fmt.Sprintf("does not begin with https: %q", value), hint}
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return &problem{fmt.Sprintf("is more than a host: %q", value), "the path is that of --path: write " + u.Scheme + "://" + u.Host}
	}
	return nil
}

// PublicURL returns the public URL that the tunnel is to have, whole; empty where it is not set.
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
		return &problem{fmt.Sprintf("is a host with a port, not %q", value), "like example.com:443"}
	}
	if _, err := strconv.ParseUint(value[colon+1:], 10, 16); err != nil {
		return &problem{fmt.Sprintf("has no port from 0 to 65535: %q", value), "like example.com:443"}
	}
	return nil
}

// checkToken checks a token that was given. It never repeats it.
func checkToken(value string) *problem {
	const hint = "copy it again from https://dashboard.ngrok.com/get-started/your-authtoken"
	switch {
	case value == "":
		return &problem{"can't be empty", ""}
	case strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }):
		return &problem{"holds white space, or what is no letter", hint}
	}
	return checkCopied(value, hint)
}

// checkRoots checks what ngrok's own agent takes for root_cas: its own authority, the system's, or a file of some.
func checkRoots(value string) *problem {
	if value == "trusted" || value == "host" {
		return nil
	}
	if p := checkDir(value); p != nil {
		return &problem{fmt.Sprintf("can't be %q", value), "trusted, host, or the path of a PEM file from the root"}
	}
	return nil
}

func checkProxy(value string) *problem {
	const hint = "like http://proxy.example.com:3128 or socks5://127.0.0.1:1080"
	if checkText(value) != nil {
		return &problem{"is no URL", hint} // it may hold a password, and is not repeated
	}
	u, err := url.Parse(value)
	if err != nil || u.Hostname() == "" {
		return &problem{"is no URL", hint}
	}
	if u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" {
		return &problem{"is no URL of a proxy: it begins with " + printable(u.Scheme), hint}
	}
	return nil
}

// withoutPassword is a URL as it can be shown.
func withoutPassword(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "…"
	}
	return u.Redacted()
}
