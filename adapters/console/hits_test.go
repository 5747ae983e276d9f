package console

import (
	"net/http"
	"strings"
	"testing"

	"mabsbot/bot"
)

// someHits returns sums with hits: policy-change was asked most, but not today, and
// agent-coordinator on two adapters.
func someHits() *sums {
	s := someSums(1)
	s.hits = []bot.EntryHits{
		{Adapter: adapterName, Entry: "agent-coordinator", Day: 1, Week: 2, Month: 3},
		{Adapter: adapterName, Entry: "policy-change", Month: 50},
		{Adapter: "slack", Entry: "agent-coordinator", Day: 10, Week: 20, Month: 30},
		{Adapter: "slack", Entry: "gone", Day: 1, Week: 1, Month: 1},
	}
	return s
}

func TestHits(t *testing.T) {
	open, behindLogin := newStage(t, withSums(someHits())), newStage(t, withUsers, withSums(someHits()))
	away := newStage(t, withSums(&sums{fail: errDatabase}))
	for _, tt := range []struct {
		name  string
		stage stage
		path  string
		want  string
		not   string
	}{
		{"list", open, "/kb?as=alex", "Asked in 24 h: 1 · 7 days: 2 · 30 days: 3<", "24 h: 11"},
		{"list in Korean", open, "/kb?as=minji", "질문: 24시간 1회, 7일 2회, 30일 3회", "Asked"},
		{"all adapters", behindLogin, "/kb?as=alex", "Asked in 24 h: 11 · 7 days: 22 · 30 days: 33<", "Slack and Discord are not shown"},
		{"never asked", open, "/kb?as=alex", "Not asked in 30 days", ""},
		{"an entry", open, "/kb/agent-coordinator?as=alex", "<dt>In 30 days</dt><dd>3</dd>", ""},
		{"a step that helped", open, "/kb/agent-coordinator?as=alex", "Solved it in 12 months: 30", ""},
		{"a person helped", open, "/kb/policy-change?as=alex", "Solved by a person or before a step in 12 months: 5", ""},
		{"verified", open, "/kb/policy-change?as=alex", "<dt>Last verified</dt><dd>2022-04-26</dd>", ""},
		{"not verified", open, "/kb/replica-inconsistent?as=alex", "no source has a date", ""},
		{"without the database", away, "/kb?as=alex", "cannot be read at the moment", "Not asked"},
		{"an entry without the database", away, "/kb/agent-coordinator?as=alex", "cannot be read at the moment", "In 30 days"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := request("GET", tt.path, "")
			if tt.stage == behindLogin {
				r.AddCookie(&http.Cookie{Name: cookieName, Value: tt.stage.begin("vi")})
			}
			w := tt.stage.serveOne(r)
			if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, tt.want) || tt.not != "" && strings.Contains(body, tt.not) {
				t.Errorf("%d, want %q and not %q:\n%s", w.Code, tt.want, tt.not, body)
			}
		})
	}
}

// TestOrders checks the orders of the list, and that a search keeps them.
func TestOrders(t *testing.T) {
	s := newStage(t, withSums(someHits()))
	for query, want := range map[string]string{
		"":                      "agent-coordinator policy-change replica-inconsistent",
		"&sort=hits":            "policy-change agent-coordinator replica-inconsistent",
		"&sort=verified":        "agent-coordinator replica-inconsistent policy-change",
		"&sort=nothing":         "agent-coordinator policy-change replica-inconsistent",
		"&sort=hits&q=policy":   "policy-change",
		"&sort=hits&area=agent": "agent-coordinator",
	} {
		var got []string
		body := s.serveOne(request("GET", "/kb?as=alex"+query, "")).Body.String()
		for _, part := range strings.Split(body, `data-entry="`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			got = append(got, id)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
		if keeps := strings.Contains(body, `name="sort" value="hits"`); keeps != strings.Contains(query, "hits") {
			t.Errorf("%q: the search keeps the order: %v", query, keeps)
		}
	}
}
