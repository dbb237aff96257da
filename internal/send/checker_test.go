package send

import (
	"testing"

	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestExpectationChecksStatusAndBody(t *testing.T) {
	t.Parallel()
	response := func(code int, body string) webhook.Attempt {
		return webhook.Attempt{Code: code, Response: []byte(body)}
	}
	cut := response(200, "the beginning")
	cut.ResponseTruncated = true
	for _, tc := range []struct {
		name   string
		status []string
		body   string
		came   webhook.Status
		a      webhook.Attempt
		words  string
		met    bool
	}{
		{"the code", []string{"401"}, "", webhook.StatusRefused, response(401, ""), "401", true},
		{"another code", []string{"401"}, "", webhook.StatusDelivered, response(200, ""), "200", false},
		{"one of two", []string{"401", "403"}, "", webhook.StatusRefused, response(403, ""), "403", true},
		{"a class", []string{"4xx"}, "", webhook.StatusRefused, response(422, ""), "422", true},
		{"another class", []string{"4xx"}, "", webhook.StatusRefused, response(500, ""), "500", false},
		{"another class with the same digit", []string{"4xx"}, "", webhook.StatusRefused, response(504, ""), "504", false},
		{"the body", []string{"2xx"}, "ok", webhook.StatusDelivered, response(200, "all ok"), `200 with "ok"`, true},
		{"the body with the wrong code", []string{"2xx"}, "ok", webhook.StatusRefused, response(500, "a broken token"), `500 with "ok"`, false},
		{"the code without the body", []string{"200"}, "ok", webhook.StatusDelivered, response(200, "fine"), `200 without "ok"`, false},
		{"body truncated", []string{"200"}, "end", webhook.StatusDelivered, cut, `200 without "end" in its first 13 B`, false},
		{"rejected by listen", []string{"401"}, "", webhook.StatusRejected, response(401, ""), "no response: listen rejected it", false},
		{"skipped by listen", []string{"200"}, "", webhook.StatusSkipped, webhook.Attempt{}, "no response: listen skipped it", false},
		{"handler unreachable", []string{"2xx", "4xx", "5xx"}, "", webhook.StatusUnreachable, webhook.Attempt{}, "no response: unreachable", false},
		{"handler timed out", []string{"504"}, "", webhook.StatusTimedOut, webhook.Attempt{}, "no response: timed out", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := Expectation{Statuses: tc.status, Body: tc.body}
			if words, met := e.check(tc.came, tc.a); met != tc.met || words != tc.words {
				t.Errorf("%s of %s: got %q, %t, want %q, %t", e.String(), tc.came, words, met, tc.words, tc.met)
			}
		})
	}
}

func TestCheckerWithoutExpectationRequiresDeliveryUnlessTruncated(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		cut    bool
		status webhook.Status
		a      webhook.Attempt
		wrong  string
	}{
		{false, webhook.StatusDelivered, webhook.Attempt{Code: 204}, ""},
		{false, webhook.StatusSkipped, webhook.Attempt{}, ""},
		{false, webhook.StatusRefused, webhook.Attempt{Code: 500}, "500 refused"},
		{false, webhook.StatusRejected, webhook.Attempt{}, "rejected"},
		{false, webhook.StatusUnreachable, webhook.Attempt{Error: "Nothing is listening."}, "unreachable: Nothing is listening"},
		{true, webhook.StatusDelivered, webhook.Attempt{Code: 200}, "truncated, but accepted with 200"},
		{true, webhook.StatusRefused, webhook.Attempt{Code: 400}, ""},
		{true, webhook.StatusRejected, webhook.Attempt{}, ""},
		{true, webhook.StatusUnreachable, webhook.Attempt{Error: "It closed."}, "unreachable: It closed"},
	} {
		out := relay.Outcome{Delivery: webhook.Delivery{Summary: webhook.Summary{Status: tc.status}}, Attempt: tc.a}
		if _, wrong := (&Checker{}).verdict(load.Request[[]byte]{Truncated: tc.cut}, out); wrong != tc.wrong {
			t.Errorf("cut %t, %s %d: got %q, want %q", tc.cut, tc.status, tc.a.Code, wrong, tc.wrong)
		}
	}
}
