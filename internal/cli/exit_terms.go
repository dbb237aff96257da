package cli

// exitCodes say what each code means, for whatever command.
func exitCodes() []term {
	return []term{
		{name: "0", text: "Done. Also after the first interrupt of listen, once what was under way is finished; and where an edit was cancelled or changed nothing."},
		{name: "1", text: "It failed, or an id names nothing. Of listen also: there is no tunnel, or not any more."},
		{name: "2", text: "It was called or configured wrongly. Nothing was changed."},
		{name: "3", text: "A handler did not do what it should: it refused a delivery, could not be reached, or answered otherwise than expected. Or a signature is not valid (verify)."},
		{name: "4", text: "There is no API key, or Vidiking refused it; or no token for the tunnel, or the service refused it."},
		{name: "5", text: "What was waited for did not come in time."},
		{name: "130", text: "Interrupted: listen by a second interrupt, any other command by the first."},
	}
}
