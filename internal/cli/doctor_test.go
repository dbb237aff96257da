package cli_test

import (
	"net/http"
	"testing"
)

func TestDoctorOnATerminal(t *testing.T) {
	t.Parallel()
	x := newTerminal(t, 120) // wide enough for any port number without wrapping
	a := newAPI(t, x)
	x.env["VIDIKING_API_URL"] = ""
	h := newHandler(t)
	x.run("config", "set", "forward", h.addr())
	x.run("doctor", "--api-url", a.URL)
	h.refuse.Store(true)
	a.answer(http.StatusUnauthorized)
	x.env["VIDIKING_API_URL"] = a.URL
	x.run("doctor")
	x.run("doctor", "-q", "--no-sample")
	x.golden("doctor.txt")
}
