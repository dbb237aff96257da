package dispatch

import (
	"bytes"
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestResponseIsRecordedWithItsHeader(t *testing.T) {
	handler := testkit.ServeRaw(t, testkit.RespondRaw("HTTP/1.1 401 Unauthorized\r\nX-B: 2\r\nX-A: 1\r\nx-b: 1\r\nContent-Length: 29\r\n\r\n"+
		`{"error":"invalid signature"}`))
	got := send(t, Options{}, handler.URL())
	wantCode(t, got, http.StatusUnauthorized)
	want := webhook.Header{{Name: "Content-Length", Value: "29"}, {Name: "X-A", Value: "1"}, {Name: "X-B", Value: "2"}, {Name: "X-B", Value: "1"}}
	if diff := cmp.Diff(want, got.Header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if string(got.Response) != `{"error":"invalid signature"}` || got.ResponseBytes != 29 || got.ResponseTruncated {
		t.Errorf("got %q, %d bytes, cut %v", got.Response, got.ResponseBytes, got.ResponseTruncated)
	}
	if got.Target != handler.URL()+"/webhooks/vidiking" {
		t.Errorf("target: got %s", got.Target)
	}
}

func TestEveryFinalStatusCodeIsAccepted(t *testing.T) {
	for _, code := range []int{200, 202, 204, 299, 304, 400, 404, 413, 500, 503, 599} {
		handler := testkit.Serve(t, testkit.Respond(code, ""))
		wantCode(t, send(t, Options{}, handler.URL()), code)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	other := testkit.Serve(t, testkit.Respond(http.StatusOK, ""))
	handler := testkit.Serve(t, testkit.Redirect(other.URL()+"/login"))
	got := send(t, Options{}, handler.URL())
	wantCode(t, got, http.StatusFound)
	if location := got.Header.Get("Location"); location != other.URL()+"/login" {
		t.Errorf("location: got %q", location)
	}
	if n := len(other.Requests()); n != 0 {
		t.Errorf("got %d requests at the redirect's target, want none", n)
	}
}

func TestResponseIsKeptUpToTheLimit(t *testing.T) {
	const limit = 1000
	tests := []struct {
		name string
		size int64
		kept int
		read int64
		cut  bool
	}{
		{"below", 999, 999, 999, false},
		{"at", 1000, 1000, 1000, false},
		{"above", 1001, 1000, 1001, true},
		{"far above", 200_000, 1000, 200_000, true},
	}
	for _, tt := range tests {
		for name, answer := range map[string]http.Handler{
			"length known":   testkit.Huge(tt.size),
			"length unknown": testkit.Respond(http.StatusOK, strings.Repeat("x", int(tt.size))),
		} {
			t.Run(tt.name+", "+name, func(t *testing.T) {
				handler := testkit.Serve(t, answer)
				got := send(t, Options{ResponseLimit: limit}, handler.URL())
				wantCode(t, got, http.StatusOK)
				if len(got.Response) != tt.kept || got.ResponseBytes != tt.read || got.ResponseTruncated != tt.cut {
					t.Errorf("%d bytes: kept %d of %d read, cut %v; want %d of %d, %v",
						tt.size, len(got.Response), got.ResponseBytes, got.ResponseTruncated, tt.kept, tt.read, tt.cut)
				}
			})
		}
	}
}

func TestEndlessResponseIsCutOff(t *testing.T) {
	handler := testkit.Serve(t, testkit.Endless())
	got := send(t, Options{}, handler.URL())
	wantCode(t, got, http.StatusOK)
	if most := int64(defaultResponseLimit + 1 + maxDrainBytes); len(got.Response) != defaultResponseLimit || got.ResponseBytes > most || !got.ResponseTruncated {
		t.Errorf("kept %d of %d read, cut %v; want %d of at most %d", len(got.Response), got.ResponseBytes, got.ResponseTruncated, defaultResponseLimit, most)
	}
}

func TestResponseThatStallsPastTheLimitIsComplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pipeSender(t, Options{ResponseLimit: 10}, readThenWrite("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n"+strings.Repeat("x", 20)))
		s.maxDrainTime = maxDrainTime
		got := s.Send(t.Context(), target(t, "3000"), nil, samplePayload)
		wantCode(t, got, http.StatusOK)
		if string(got.Response) != "xxxxxxxxxx" || !got.ResponseTruncated || got.Duration != maxDrainTime { // not the timeout
			t.Errorf("got %q, cut %v after %v", got.Response, got.ResponseTruncated, got.Duration)
		}
	})
}

func TestConnectionIsReusedAfterALongResponse(t *testing.T) {
	handler := testkit.Serve(t, testkit.Huge(100_000))
	s := sender(t, Options{ResponseLimit: 1000})
	for range 3 {
		wantCode(t, s.Send(t.Context(), target(t, handler.URL()), nil, nil), http.StatusOK)
	}
	got := handler.Wait(3)
	if got[0].Remote != got[2].Remote {
		t.Errorf("got connections from %s and %s, want one", got[0].Remote, got[2].Remote)
	}
}

func TestCompressedResponseIsNotDecompressed(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = io.WriteString(w, "hello")
	_ = w.Close()
	handler := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	}))
	got := send(t, Options{}, handler.URL())
	wantCode(t, got, http.StatusOK)
	if !bytes.Equal(got.Response, packed.Bytes()) || got.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("got %q with %v", got.Response, got.Header)
	}
}

func TestInterimResponsesAreSkipped(t *testing.T) {
	handler := testkit.ServeRaw(t, testkit.RespondRaw("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"+okResponse))
	got := send(t, Options{}, handler.URL())
	wantCode(t, got, http.StatusOK)
	if string(got.Response) != "ok" {
		t.Errorf("response: got %q, want ok", got.Response)
	}
}

func TestExpectHeaderDoesNotDelayTheBody(t *testing.T) {
	handler := testkit.ServeRaw(t, testkit.RespondRaw(okResponse)) // never sends 100 Continue
	h := webhook.Header{{Name: "Expect", Value: "100-continue"}}
	got := sender(t, Options{}).Send(t.Context(), target(t, handler.URL()), h, samplePayload)
	wantCode(t, got, http.StatusOK)
}

func TestResponseBeforeTheWholeBodyIsReadIsRecorded(t *testing.T) {
	handler := testkit.ServeConns(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1024))
		_, _ = io.WriteString(c, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbig!")
	}) // then closes with most of the body unread
	got := sender(t, Options{}).Send(t.Context(), target(t, handler.URL()), sampleHeader(), make([]byte, 32<<20))
	wantCode(t, got, http.StatusRequestEntityTooLarge)
	if string(got.Response) != "big!" {
		t.Errorf("response: got %q, want big!", got.Response)
	}
}

func TestHTTP10ResponseEndsWithTheConnection(t *testing.T) {
	handler := testkit.ServeRaw(t, testkit.RespondRawAndClose("HTTP/1.0 200 OK\r\n\r\nall of it"))
	got := send(t, Options{}, handler.URL())
	wantCode(t, got, http.StatusOK)
	if string(got.Response) != "all of it" {
		t.Errorf("response: got %q", got.Response)
	}
}
