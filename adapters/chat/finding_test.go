package chat

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestCheckClock(t *testing.T) {
	asked := time.Date(2026, 11, 30, 3, 0, 0, 900e6, time.UTC)
	for name, tt := range map[string]struct {
		date   string
		status FindingStatus
		found  string
	}{
		"the same":        {"Mon, 30 Nov 2026 03:00:00 GMT", FindingOK, "agrees"},
		"a slow answer":   {"Mon, 30 Nov 2026 03:00:03 GMT", FindingOK, "agrees"},
		"20 s behind":     {"Mon, 30 Nov 2026 03:00:24 GMT", FindingOK, "agrees"},
		"a minute behind": {"Mon, 30 Nov 2026 03:01:04 GMT", FindingWarning, "1m0s behind that"},
		"a minute ahead":  {"Mon, 30 Nov 2026 02:59:00 GMT", FindingWarning, "1m1s ahead of that"},
		"an hour ahead":   {"Mon, 30 Nov 2026 02:00:00 GMT", FindingFailed, "1h0m1s ahead of that"},
		"an hour behind":  {"Mon, 30 Nov 2026 04:00:03 GMT", FindingFailed, "59m59s behind that"},
		"no time":         {"", FindingSkipped, "no time"},
	} {
		t.Run(name, func(t *testing.T) {
			f := checkClock("slack", tt.date, asked, asked.Add(3*time.Second))
			if f.Check != "slack.clock" || f.Status != tt.status || !strings.Contains(f.Found, tt.found) || (f.Do == "") != (tt.status == FindingOK || tt.status == FindingSkipped) {
				t.Errorf("%+v, want %s with %q", f, tt.status, tt.found)
			}
		})
	}
}

func TestReach(t *testing.T) {
	status := http.StatusUnauthorized // an answer without a token
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("a token was sent")
		}
		w.WriteHeader(status)
	}))
	defer s.Close()
	if found := Reach(t.Context(), "slack", s.URL); len(found) != 2 || found[0].Status != FindingOK || found[1].Status != FindingOK {
		t.Errorf("%+v", found)
	}
	status = http.StatusBadGateway
	if found := Reach(t.Context(), "slack", s.URL); len(found) != 1 || found[0].Status != FindingWarning || !strings.Contains(found[0].Found, "502") {
		t.Errorf("%+v", found)
	}
	s.Close()
	if found := Reach(t.Context(), "slack", s.URL+"/secret"); len(found) != 1 || found[0].Status != FindingFailed || strings.Contains(found[0].Found, "secret") {
		t.Errorf("%+v", found)
	}
}
