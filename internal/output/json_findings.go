package output

import "github.com/vidiking/vidiking-cli/internal/webhook"

// jsonFindings holds the reasons why a signature is not valid. Several objects embed it.
type jsonFindings struct {
	Findings []jsonFinding `json:"findings,omitempty"`
	Tried    []string      `json:"tried,omitempty"`
}

type jsonFinding struct {
	Code   string            `json:"code"`
	Sure   webhook.Certainty `json:"certainty"`
	Cause  string            `json:"cause"`
	Fix    string            `json:"fix"`
	Detail []string          `json:"detail,omitempty"`
}

func findingObjects(all []webhook.Finding, tried []string) jsonFindings {
	o := jsonFindings{Tried: tried}
	for _, f := range all {
		o.Findings = append(o.Findings, jsonFinding{f.Code, f.Certainty, f.Cause, f.Fix, f.Detail})
	}
	return o
}
