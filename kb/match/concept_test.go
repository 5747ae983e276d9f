package match_test

import (
	"slices"
	"testing"

	"mabsbot/kb/match"
)

func TestConcepts(t *testing.T) {
	ix := match.New(nil,
		match.Concept{ID: "robot", Kind: match.Object, Forms: []string{"robot", "robot arm", "로봇"}},
		match.Concept{ID: "fails", Kind: match.Symptom, Forms: []string{"fail", "not .. work", "실패하~", "^안되"}},
		match.Concept{ID: "denied", Kind: match.Symptom, Forms: []string{"0 fail", "port 6049"}},
		match.Concept{ID: "stuck", Kind: match.Symptom, Forms: []string{"not move"}},
		match.Concept{ID: "refs", Kind: match.Object, Forms: []string{"ReFS trim", "^디스크"}},
	)
	for text, want := range map[string][]string{
		"Lunch?":                            nil,
		"the robot arm failed":              {"fails", "robot"},
		"0 failed":                          {"denied"},
		"10 failed":                         {"fails"},
		"robot 3 arm":                       {"robot"},
		"port 6050, port 6049":              {"denied"},
		"ROBOT ARMS":                        {"robot"},
		"it does not really work":           {"fails"},
		"the arm doesn't move":              {"stuck"},
		"로봇이 실패한 뒤":                         {"fails", "robot"},
		"로봇 실패하지":                           {"fails", "robot"},
		"안 되네요":                             {"fails"},
		"보안되":                               nil,
		"it is not. Does it work":           nil,
		"it does not really and truly work": {"fails"},
		"it does not at all and truly work": nil,
		"refs trimming, ReFS TRIM":          {"refs"},
		"3 디스크":                             {"refs"},
		"the robot fails and will not move": {"fails", "robot", "stuck"},
	} {
		if got := ix.Concepts(text); !slices.Equal(got, want) {
			t.Errorf("%q has %q, want %q", text, got, want)
		}
	}
}
