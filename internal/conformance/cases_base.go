package conformance

func baseCases() []Case {
	return []Case{{
		ID: gateID, Title: "accepts a correct delivery", Weight: Must, Source: SourceVidiking,
		Why:     "A handler that refuses correct deliveries receives nothing, and Vidiking gives up on each delivery after five retries. If this case fails, no other is run.",
		Sends:   "the documented example, correctly signed: as sha256=<hex>, then, if that is refused, as <hex>",
		Expects: "2xx within 10 seconds, in at least one form",
		Fix:     "Change what the cause in the report says.",
	}}
}
