package recording_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func write(t testing.TB, deliveries ...webhook.Delivery) []byte {
	t.Helper()
	var b bytes.Buffer
	w := recording.NewWriter(&b)
	for _, d := range deliveries {
		if err := w.Write(d); err != nil {
			t.Fatalf("Write(%+v): %v", d, err)
		}
	}
	return b.Bytes()
}

func read(r io.Reader) (all []webhook.Delivery, err error) {
	reader := recording.NewReader(r)
	for {
		d, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, d)
	}
}

// TestRecordingLosesNothing checks that any delivery is read as it was written, and written again with the same bytes.
func TestRecordingLosesNothing(t *testing.T) {
	n := newHostile(5)
	var want []webhook.Delivery
	count := 3000
	if testing.Short() {
		count = 500
	}
	for range count {
		d := n.delivery(false)
		if n.IntN(2) == 0 {
			d = recording.Mask(d)
		}
		want = append(want, d)
	}
	first := write(t, want...)
	got, err := read(bytes.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	if again := write(t, got...); !bytes.Equal(first, again) {
		t.Error("the second recording has different bytes")
	}
	if i := strings.IndexFunc(string(first), unprintable); i >= 0 {
		t.Errorf("the recording contains %q, which a terminal does not show literally", first[i:min(i+20, len(first))])
	}
}

// TestEveryFieldOfADeliveryIsRecorded fails if a new field of a delivery is missing in a line.
func TestEveryFieldOfADeliveryIsRecorded(t *testing.T) {
	var d webhook.Delivery
	fill(reflect.ValueOf(&d).Elem(), rand.New(rand.NewPCG(9, 9)))
	a := &d.History[0]
	d.Path, d.Rest = "/hooks/a", "/a"
	d.Project, d.Imported, d.Routed = "", false, false // these concern one log only, so they are not exported
	d.ID, d.ReplayOf, d.ResolvedBy, d.SameBodyAs = "dlv_0000000001", "dlv_0000000002", "dlv_0000000003", "dlv_0000000004"
	d.Origin, d.Verdict, d.Status = webhook.OriginReplay, webhook.VerdictMalformed, webhook.StatusTimedOut
	d.BodyBytes, d.Attempts, d.Masked = int64(len(d.Body)), 1, []string{d.Header[0].Name}
	a.N, a.Failure, a.ResponseBytes, a.Masked, a.Code = 1, webhook.FailureTimeout, 1000, []string{a.Header[0].Name}, 777
	d.Target, d.Code, d.Duration, d.Failure = a.Target, a.Code, a.Duration, a.Failure
	got, err := read(bytes.NewReader(write(t, d)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]webhook.Delivery{d}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReaderAcceptsTheOldNameOfResolvedBy(t *testing.T) {
	var d webhook.Delivery
	d.ID, d.ResolvedBy, d.Origin, d.Verdict, d.Status = "dlv_0000000001", "dlv_0000000002", webhook.OriginLocal, webhook.VerdictValid, webhook.StatusPending
	line := bytes.ReplaceAll(write(t, d), []byte(`"resolved_by"`), []byte(`"mended_by"`))
	got, err := read(bytes.NewReader(line))
	if err != nil || len(got) != 1 || got[0].ResolvedBy != d.ResolvedBy {
		t.Errorf("got %+v, %v, want it resolved by %s", got, err, d.ResolvedBy)
	}
}

func TestReaderAcceptsTheOldNamesOfTheResponse(t *testing.T) {
	var d webhook.Delivery
	d.ID, d.Origin, d.Verdict, d.Status = "dlv_0000000001", webhook.OriginLocal, webhook.VerdictValid, webhook.StatusRefused
	for _, body := range []string{"no", "\xff"} {
		a := webhook.Attempt{N: 1, Code: 401, Response: []byte(body), ResponseBytes: 9, ResponseTruncated: true, Header: webhook.Header{{Name: "A", Value: "b"}}}
		d.History, d.Attempts = []webhook.Attempt{a}, 1
		line := bytes.ReplaceAll(write(t, d), []byte(`"response`), []byte(`"answer`))
		line = bytes.Replace(line, []byte(`"answer_truncated"`), []byte(`"answer_cut"`), 1)
		got, err := read(bytes.NewReader(line))
		if err != nil || len(got) != 1 || len(got[0].History) != 1 {
			t.Fatalf("got %+v, %v for %s", got, err, line)
		}
		if diff := cmp.Diff(a, got[0].History[0], cmpopts.IgnoreFields(webhook.Attempt{}, "StartedAt")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestReaderRefusesARequestThatCannotBeReceived(t *testing.T) {
	for _, change := range []func(*webhook.Delivery){
		func(d *webhook.Delivery) { d.Path = "/a b" },
		func(d *webhook.Delivery) { d.Rest = "/a\nb" },
		func(d *webhook.Delivery) { d.Query = "a=\x00" },
		func(d *webhook.Delivery) { d.Host = "a\r\nX: y" },
		func(d *webhook.Delivery) { d.Method = "GET /" },
		func(d *webhook.Delivery) { d.MaskedQuery = []string{"a\nb"} },
	} {
		var d webhook.Delivery
		d.ID, d.Origin, d.Verdict, d.Status = "dlv_0000000001", webhook.OriginLocal, webhook.VerdictValid, webhook.StatusPending
		change(&d)
		var damage *recording.LineError
		if _, err := read(bytes.NewReader(write(t, d))); !errors.As(err, &damage) {
			t.Errorf("%+v: got %v, want a LineError", d.Summary, err)
		}
	}
}

// fill sets every field to a random value.
func fill(v reflect.Value, r *rand.Rand) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.UnixMilli(r.Int64N(1e12) + 1).UTC()))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), r)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), r)
	case reflect.String:
		v.SetString(string([]byte{'a' + byte(r.IntN(26)), 'a' + byte(r.IntN(26))}))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(r.Int64N(1e9) + 1)
	case reflect.Uint8:
		v.SetUint(200)
	case reflect.Map: // Delivery.Resolutions: derived by the log; a recording contains only ResolvedBy
	default:
		panic(v.Kind())
	}
}

func TestALineHasTheDocumentedForm(t *testing.T) {
	at := time.Date(2026, 3, 2, 13, 2, 31, 123_000_000, time.UTC)
	d := webhook.Delivery{
		Summary: webhook.Summary{
			ID: "dlv_a61tzr5x0k", Session: "ses_1", ReceivedAt: at, Origin: webhook.OriginReplay, Event: "render.complete", About: "job_9bn2ze",
			Status: webhook.StatusRefused, Verdict: webhook.VerdictValid, SecretHint: "whsec_…Kq7T", ReplayOf: "dlv_8kx4m2abcd", BodyBytes: 2,
			Attempts: 1, Code: 401, Duration: 7_123_456, Target: "http://localhost:3000/",
		},
		Header: webhook.Header{{Name: "Cookie", Value: "a=1"}, {Name: "X-Odd", Value: "\xff\u202e"}},
		Body:   []byte("{}"),
		History: []webhook.Attempt{{
			N: 1, Target: "http://localhost:3000/", StartedAt: at, Code: 401, Duration: 7_123_456, FirstByte: 7 * time.Millisecond,
			Header: webhook.Header{{Name: "Set-Cookie", Value: "b=2"}}, Response: []byte("no\u202e\n"), ResponseBytes: 6,
		}},
	}
	const want = `{"v":1,"type":"delivery","id":"dlv_a61tzr5x0k","event":"render.complete","status":"refused","verdict":"valid","origin":"replay",` +
		`"received_at":"2026-03-02T13:02:31.123Z","about":"job_9bn2ze","body_bytes":2,"replay_of":"dlv_8kx4m2abcd","masked":["Cookie"],"attempts":1,` +
		`"code":401,"duration_ms":7.123456,"session":"ses_1","secret_hint":"whsec_…Kq7T","headers":[["Cookie","(masked)"],["X-Odd",{"base64":"/+KArg=="}]],` +
		`"body_sha256":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","body_base64":"e30=","history":[{"v":1,"type":"attempt",` +
		`"delivery_id":"dlv_a61tzr5x0k","n":1,"target":"http://localhost:3000/","url":"http://localhost:3000/","started_at":"2026-03-02T13:02:31.123Z","code":401,"duration_ms":7.123456,` +
		`"first_byte_ms":7,"status":"refused","masked":["Set-Cookie"],"response":"no\u202e\n","response_bytes":6,"response_headers":[["Set-Cookie","(masked)"]]}]}` + "\n"
	if diff := cmp.Diff(want, string(write(t, recording.Mask(d)))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMaskIsIdempotentAndKeepsItsArgument(t *testing.T) {
	n := newHostile(6)
	for range 500 {
		d := n.delivery(false)
		before := write(t, d)
		once := recording.Mask(d)
		if !bytes.Equal(before, write(t, d)) {
			t.Fatalf("Mask changed its argument %+v", d)
		}
		if twice := recording.Mask(once); !bytes.Equal(write(t, once), write(t, twice)) {
			t.Fatalf("masking %+v twice changes the result", d)
		}
		for _, f := range once.Header {
			if webhook.IsSensitive(f.Name) && f.Value != webhook.MaskedValue {
				t.Fatalf("Mask left %s: %q", f.Name, f.Value)
			}
		}
	}
	kept := recording.Mask(webhook.Delivery{Summary: webhook.Summary{Masked: []string{"X-Own"}}, Header: webhook.Header{{Name: "Cookie", Value: "a"}}})
	if diff := cmp.Diff([]string{"X-Own", "Cookie"}, kept.Masked); diff != "" {
		t.Errorf("masked before and now (-want +got):\n%s", diff)
	}
}

func TestDurationsAreExact(t *testing.T) {
	for ns, want := range map[time.Duration]string{
		0: "0", 1: "0.000001", 999_999: "0.999999", 1_000_000: "1", 1_500_000: "1.5", 100 * time.Millisecond: "100", 1<<63 - 1: "9223372036854.775807",
		-1: "-0.000001", -1 << 63: "-9223372036854.775808",
	} {
		b, err := json.Marshal(recording.Millis(ns))
		if err != nil || string(b) != want {
			t.Errorf("Millis(%d) = %s, %v, want %s", ns, b, err, want)
		}
		var back recording.Millis
		if err := json.Unmarshal(b, &back); err != nil || time.Duration(back) != ns {
			t.Errorf("%s is read as %d, %v, want %d", b, back, err, ns)
		}
	}
	for text, want := range map[string]time.Duration{"1e-06": 1, "7.0000001": 7 * time.Millisecond, "1.5E3": 1500 * time.Millisecond} {
		var got recording.Millis
		if err := json.Unmarshal([]byte(text), &got); err != nil || time.Duration(got) != want {
			t.Errorf("%s is read as %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"1e999", "9223372036854775808", `"1"`, "null1"} {
		var got recording.Millis
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s is read as %d, want an error", text, got)
		}
	}
}

// TestMaskRemovesCredentialsFromQueries also checks that the log recognizes the masked export as its own delivery.
func TestMaskRemovesCredentialsFromQueries(t *testing.T) {
	d := newHostile(5).delivery(false)
	d.Query, d.MaskedQuery = "order=42&token=s3cret&api_key=s3cret", nil
	d.History = []webhook.Attempt{{N: 1, Target: "http://h/hook?auth=s3cret", URL: "http://h/hook?auth=s3cret&" + d.Query, Code: 200, StartedAt: d.ReceivedAt}}
	d.Status, d.Attempts = webhook.StatusDelivered, 1
	line := write(t, recording.Mask(d))
	if bytes.Contains(line, []byte("s3cret")) || !bytes.Contains(line, []byte(`"masked_query":["token","api_key"]`)) {
		t.Errorf("exported as %s", line)
	}
	all, err := read(bytes.NewReader(line))
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Lacks(all[0]); got != "" {
		t.Errorf("the log lacks %q of its own export", got)
	}
	if got := all[0].Lacks(d); got == "" {
		t.Error("a masked record covers one with the values")
	}
}
