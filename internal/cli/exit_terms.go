package cli

// exitCodes describes the exit codes of all commands.
func exitCodes() []term {
	return []term{
		{name: "0", text: "Done. Also after the first interrupt of listen, once deliveries in flight have finished, and if an edit was canceled or changed nothing."},
		{name: "1", text: "The command failed, or an id matches nothing. For listen also: the tunnel cannot be opened, or was lost."},
		{name: "2", text: "Usage or configuration error. Nothing was changed."},
		{name: "3", text: "A handler did not behave as expected: it refused a delivery, was unreachable, or sent an unexpected response. For verify: the signature is not valid. For events --check: a payload does not match."},
		{name: "4", text: "Credentials are missing or refused: the API key, or the token of the tunnel."},
		{name: "5", text: "A wait timed out."},
		{name: "130", text: "Interrupted: listen by the second interrupt, other commands by the first."},
	}
}
