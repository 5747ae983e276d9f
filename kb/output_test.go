package kb

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"mabsbot/kb/match"
)

func TestMatchLines(t *testing.T) {
	b := matchBase(t)
	in := `{"id":"a","text":"error 0X29834"}
{"id":"b","text":"lunch?","lang":"en"}

{"id":"c","text":"오류 ID: 319"}`
	var out bytes.Buffer
	if err := MatchLines(b, strings.NewReader(in), &out, false); err != nil {
		t.Fatal(err)
	}
	want := []struct {
		ID, Band string
		Codes    string
	}{{"a", "sure", "0x29834"}, {"b", "silent", ""}, {"c", "sure", "319"}}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d answers: %s", len(lines), out.String())
	}
	for i, w := range want {
		var got struct {
			ID   string
			Band string
			Hits []struct {
				Entry    string
				Codes    []string
				Slots    map[string]string
				Evidence []match.Evidence
			}
			Micros float64
		}
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		codes := ""
		if len(got.Hits) > 0 {
			codes = strings.Join(got.Hits[0].Codes, " ")
			if got.Hits[0].Slots == nil || got.Hits[0].Evidence == nil {
				t.Errorf("%s: null where the protocol has {} or []: %s", w.ID, lines[i])
			}
		}
		if got.ID != w.ID || got.Band != w.Band || codes != w.Codes || got.Micros <= 0 {
			t.Errorf("got %s, want %+v", lines[i], w)
		}
	}
	if !strings.Contains(lines[1], `"hits":[]`) {
		t.Errorf("no list of hits: %s", lines[1])
	}
}

func TestMatchLinesRefuses(t *testing.T) {
	b := matchBase(t)
	err := MatchLines(b, strings.NewReader("{\"id\":\"a\",\"text\":\"x\"}\n{oops}\n"), &bytes.Buffer{}, true)
	if err == nil || !strings.HasPrefix(err.Error(), "line 2: ") {
		t.Errorf("got %v", err)
	}
	if err := MatchLines(b, strings.NewReader("{\"id\":\"a\"}\n"), brokenWriter{}, false); err == nil {
		t.Error("an answer that could not be written went unsaid")
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("the pipe is closed") }

func TestResultJSON(t *testing.T) {
	r := matchBase(t).Match("(ID: 32680) The credentials specified for server FS-1 are invalid.")
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"band":"sure"`, `"entry":"credentials-invalid"`, `"codes":["32680"]`, `"slots":{"ServerName":"FS-1"}`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %s in %s", want, data)
		}
	}
}
