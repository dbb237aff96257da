package output

import (
	"slices"

	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// jsonFindings holds the reasons why a signature is not valid, or a delivery was not delivered. Several objects embed it.
type jsonFindings struct {
	Findings []jsonFinding `json:"findings,omitempty"`
	Tried    []string      `json:"tried,omitempty"`
}

type jsonFinding struct {
	Code      string            `json:"code"`
	Certainty webhook.Certainty `json:"certainty"`
	Cause     string            `json:"cause"`
	Fix       string            `json:"fix,omitempty"`
	Framework string            `json:"framework,omitempty"`
	Detail    []string          `json:"detail,omitempty"`
}

func findingObjects(all []webhook.Finding, tried []string) jsonFindings {
	o := jsonFindings{Tried: tried}
	for _, f := range all {
		o.Findings = append(o.Findings, jsonFinding{f.Code, f.Certainty, f.Cause, f.Fix, f.Framework, f.Detail})
	}
	return o
}

// findings returns why a delivery's signature is not valid, then why the handler did not accept it.
func (d DeliveryDetails) findings() []webhook.Finding {
	if d.Hint == nil {
		return d.Findings
	}
	return slices.Concat(d.Findings, explain.Findings(*d.Hint))
}
