package jsontext_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// stringifyCases are values, and the results of JSON.stringify(JSON.parse(value)) in Node 20.
func stringifyCases() [][2]string {
	return [][2]string{
		{`0`, `0`},
		{`-0`, `0`},
		{`-0.0e-7`, `0`},
		{`1.0`, `1`},
		{`10.50`, `10.5`},
		{`1e3`, `1000`},
		{`0.1000`, `0.1`},
		{`-1.5E+2`, `-150`},
		{`1e20`, `100000000000000000000`},
		{`123456789012345678901`, `123456789012345680000`},
		{`1e21`, `1e+21`},
		{`-1.5e21`, `-1.5e+21`},
		{`1e100`, `1e+100`},
		{`12345678901234567890`, `12345678901234567000`},
		{`9007199254740993`, `9007199254740992`},
		{`0.000001`, `0.000001`},
		{`0.0000001`, `1e-7`},
		{`-1.25e-7`, `-1.25e-7`},
		{`1e-10`, `1e-10`},
		{`1.5e-100`, `1.5e-100`},
		{`5e-324`, `5e-324`},
		{`1e-400`, `0`},
		{`1.7976931348623157e308`, `1.7976931348623157e+308`},
		{`0.1`, `0.1`},
		{`0.30000000000000004`, `0.30000000000000004`},
		{`5e-7`, `5e-7`},
		{`4.35`, `4.35`},
		{`2.2250738585072014e-308`, `2.2250738585072014e-308`},

		{`"\u00e9\/\""`, `"é/\""`},
		{`"\u0000\u0008\u0009\u000a\u000b\u000c\u000d\u001F\u007f"`, `"\u0000\b\t\n\u000b\f\r\u001f` + "\u007f\""},
		{`"\\ \b\f\n\r\t"`, `"\\ \b\f\n\r\t"`},
		{`"<script>&\u2028\u2029"`, "\"<script>&\u2028\u2029\""},
		{`"\ud83d\ude00"`, `"😀"`},
		{`"😀"`, `"😀"`},
		{`"\uD83D"`, `"\ud83d"`},
		{`"\ude00\ud83d"`, `"\ude00\ud83d"`},
		{`"\ud83d\ud83d\ude00x"`, `"\ud83d😀x"`},
		{`"\ud83dx\ude00"`, `"\ud83dx\ude00"`},
		{`"\ud83d\n\uD83D\u0041"`, `"\ud83d\n\ud83dA"`},
		{`"\ufffd\uFFFF"`, "\"\ufffd\uffff\""},

		{` { "b" : 1 , "a" : [ ] } `, `{"b":1,"a":[]}`},
		{`{"b":1,"2":2,"a":3,"10":4,"1":5}`, `{"1":5,"2":2,"10":4,"b":1,"a":3}`},
		{`{"x":1,"4294967295":2,"4294967294":3,"01":4,"-1":5,"1.0":6,"0":7}`, `{"0":7,"4294967294":3,"x":1,"4294967295":2,"01":4,"-1":5,"1.0":6}`},
		{`{"a":1,"b":2,"\u0061":3}`, `{"a":3,"b":2}`},
		{`{"\ud800":1,"\ud801":2,"\ufffd":3}`, `{"\ud800":1,"\ud801":2,"` + "\ufffd" + `":3}`},
		{`{"__proto__":{"a":1.0},"constructor":null,"":false}`, `{"__proto__":{"a":1},"constructor":null,"":false}`},
		{`[[],{},[true,false,null,""]]`, `[[],{},[true,false,null,""]]`},
	}
}

func TestSetFormatsValuesLikeJSONStringify(t *testing.T) {
	for _, c := range stringifyCases() {
		if got := stringify(t, c[0]); got != c[1] {
			t.Errorf("Set(%s) wrote %s, want %s", c[0], got, c[1])
		}
	}
}

func TestTheRecordedCasesMatchNode(t *testing.T) {
	cases := stringifyCases()
	values := make([]string, len(cases))
	for i, c := range cases {
		values[i] = c[0]
	}
	for i, want := range stringifyByNode(t, values) {
		if cases[i][1] != want {
			t.Errorf("the recorded result for %s is %s, but Node's is %s", cases[i][0], cases[i][1], want)
		}
	}
}

func TestSetFormatsNumbersLikeNode(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	var values []string
	for range 5_000 {
		if f := math.Float64frombits(random.Uint64()); !math.IsNaN(f) && !math.IsInf(f, 0) {
			values = append(values, strconv.FormatFloat(f, 'e', -1, 64))
		}
		values = append(values, strconv.FormatFloat(random.NormFloat64()*math.Pow10(random.IntN(50)-25), 'g', 1+random.IntN(17), 64))
		values = append(values, strconv.FormatInt(random.Int64()>>random.IntN(64), 10))
		values = append(values, fmt.Sprintf("%d.%de%d", random.IntN(10), random.IntN(100_000), random.IntN(60)-30))
	}
	for i := -330; i < 309; i++ { // each power of ten, and its neighbors
		f, _ := strconv.ParseFloat("1e"+strconv.Itoa(i), 64)
		for _, near := range []float64{math.Nextafter(f, 0), f, math.Nextafter(f, math.MaxFloat64)} {
			values = append(values, strconv.FormatFloat(near, 'e', -1, 64))
		}
	}
	wantNode(t, values)
}

func TestSetFormatsStringsAndObjectsLikeNode(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	values := make([]string, 5000)
	for i := range values {
		values[i] = randomJSON(random, 4)
	}
	wantNode(t, values)
}

// TestEditsKeepTheFormatOfNode checks what `trigger --set` depends on: Set and Unset keep a text in the format of JSON.stringify.
func TestEditsKeepTheFormatOfNode(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	payloads := make([]string, 2000)
	for i := range payloads {
		payloads[i] = `{"data":` + randomJSON(random, 3) + `,"event":` + randomJSON(random, 2) + `,"3":1}`
	}
	var edited, how []string
	for _, text := range stringifyByNode(t, payloads) {
		p := mustParse(t, text)
		steps := text
		for range 5 {
			path := []string{"data", "data.a", "data.1", "data[0]", `data."b.c".0`, "event.a.b", "event[1]", "2", "7.x", "new.a"}[random.IntN(10)]
			value := randomJSON(random, 2)
			if random.IntN(4) == 0 {
				value = "no JSON: \x01\"" + value
			}
			_, err := p.Set(path, value)
			steps += fmt.Sprintf("\n  Set(%s, %s) %v", path, value, err)
			if random.IntN(4) == 0 {
				steps += fmt.Sprintf("\n  Unset(%s) %v", path, p.Unset(path))
			}
		}
		edited, how = append(edited, string(p.Bytes())), append(how, steps)
	}
	for i, want := range stringifyByNode(t, edited) {
		if edited[i] != want {
			t.Fatalf("got  %s\nwant %s\nafter %s", edited[i], want, how[i])
		}
	}
}

// randomJSON returns a value with rare features of JSON: numeric and duplicate names, escapes, lone surrogates.
func randomJSON(random *rand.Rand, depth int) string {
	kinds := 6
	if depth == 0 {
		kinds = 4
	}
	switch random.IntN(kinds) {
	case 0:
		return []string{"true", "false", "null", "1.0", "-0", "1e21", "12.50", "1E-7"}[random.IntN(8)]
	case 1:
		return fmt.Sprintf("%d.%03de%d", random.IntN(100), random.IntN(1000), random.IntN(50)-25)
	case 2, 3:
		return randomString(random)
	case 4:
		items := make([]string, random.IntN(4))
		for i := range items {
			items[i] = randomJSON(random, depth-1)
		}
		return "[" + strings.Join(items, ", ") + "]"
	default:
		members := make([]string, random.IntN(6))
		for i := range members {
			name := []string{`"a"`, `"\u0061"`, `"b.c"`, `"1"`, `"0"`, `"12"`, `"4294967295"`, `"é"`, randomString(random)}[random.IntN(9)]
			members[i] = name + ": " + randomJSON(random, depth-1)
		}
		return "{ " + strings.Join(members, ",") + " }"
	}
}

func randomString(random *rand.Rand) string {
	var text strings.Builder
	text.WriteByte('"')
	for range random.IntN(6) {
		switch random.IntN(6) {
		case 0:
			fmt.Fprintf(&text, `\u%04x`, random.IntN(1<<16))
		case 1:
			fmt.Fprintf(&text, `\u%04X`, 0xd800+random.IntN(0x800))
		case 2:
			text.WriteString([]string{`\"`, `\\`, `\/`, `\b`, `\f`, `\n`, `\r`, `\t`}[random.IntN(8)])
		case 3:
			text.WriteString([]string{"é", "日", "😀", "\u2028", "\ufffd", "\u007f"}[random.IntN(6)])
		default:
			text.WriteString([]string{"x", "0", "<", "&", " "}[random.IntN(5)])
		}
	}
	return text.String() + `"`
}

// stringify returns a value as Set writes it.
func stringify(t *testing.T, value string) string {
	t.Helper()
	p := mustParse(t, `{}`)
	if _, err := p.Set("v", value); err != nil {
		t.Fatalf("Set(%s): %v", value, err)
	}
	got, _ := p.Get("v")
	return string(got)
}

// wantNode fails if Set writes a value in a different form than Node.
func wantNode(t *testing.T, values []string) {
	t.Helper()
	wrong := 0
	for i, want := range stringifyByNode(t, values) {
		if got := stringify(t, values[i]); got != want {
			t.Errorf("Set(%s) wrote %s, want Node's %s", values[i], got, want)
			if wrong++; wrong == 10 {
				t.FailNow()
			}
		}
	}
}

// stringifyByNode returns JSON.stringify(JSON.parse(value)) for each value, by running Node. It skips the test if Node is not installed.
func stringifyByNode(t *testing.T, values []string) []string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skipf("node is not installed: %v", err)
	}
	const script = `const values = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(values.map(v => JSON.stringify(JSON.parse(v)))));`
	in, err := json.Marshal(values)
	if err != nil {
		t.Fatalf("write the values for node: %v", err)
	}
	command := exec.Command(node, "-e", script)
	command.Stdin = bytes.NewReader(in)
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, stderr.String())
	}
	var stringified []string
	if err := json.Unmarshal(out, &stringified); err != nil || len(stringified) != len(values) {
		t.Fatalf("node returned %d of %d values: %v", len(stringified), len(values), err)
	}
	return stringified
}
