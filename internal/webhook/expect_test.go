package webhook

import "testing"

func TestIsStatusCodeAcceptsCodesAndClasses(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"200": true, "599": true, "1xx": true, "4xx": true, "": false, "20": false, "2000": false, "600": false, "099": false, "4x": false,
		"4x1": false, "xxx": false, "+20": false, "２００": false,
	} {
		if got := IsStatusCode(s); got != want {
			t.Errorf("IsStatusCode(%q): got %t, want %t", s, got, want)
		}
	}
}

func TestMeetsStatusMatchesOneOfSeveral(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		expected string
		code     int
		want     bool
	}{
		{"401", 401, true}, {"401", 403, false}, {"4xx", 418, true}, {"4xx", 500, false}, {"401 5xx", 503, true}, {"", 200, false}, {"401", 0, false},
	} {
		if got := MeetsStatus(test.expected, test.code); got != test.want {
			t.Errorf("MeetsStatus(%q, %d) = %t, want %t", test.expected, test.code, got, test.want)
		}
	}
}
