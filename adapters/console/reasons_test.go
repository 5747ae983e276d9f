package console

import (
	"strings"
	"testing"
	"time"

	"mabsbot/bot"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// explained is a Library with one explanation for every message.
type explained struct {
	shelfOf
	explanation bot.Explanation
}

func (e explained) Explain(bot.Message) bot.Explanation { return e.explanation }

// Concept has a name for two concepts in Korean.
func (e explained) Concept(id, lang string) string {
	if name, ok := map[string]string{"replica": "복제본", "inconsistent": "불일치"}[id]; ok && lang == "ko" {
		return name
	}
	return strings.ReplaceAll(id, "-", " ")
}

// TestReasons renders the reasons of four matches.
func TestReasons(t *testing.T) {
	shelf := readEntries(t)
	first, second := shelf.entries[0], shelf.entries[1]
	on := bot.ChannelPolicy{Mode: bot.ModeOn}
	hit := kb.Hit{Entry: first, Confidence: 0.461}
	cases := map[string]bot.Explanation{
		"words": {Channel: bot.ChannelPolicy{Mode: bot.ModeOn, About: bot.AboutBackup}, Explanation: kb.Explanation{
			Result: kb.Result{Hits: []kb.Hit{hit}}, Entry: first, Asked: 0.461, Needed: 0.5,
			Concepts: []match.FoundConcept{{ID: "replica", Text: "the copy"}, {ID: "inconsistent", Kind: match.Symptom, Text: "out of <step>"}, {ID: "asks-status", Kind: match.Stance, Text: "did it"}},
			Almost:   []string{"rejected", "replica"}, Lacks: "rejected",
			For:     []match.Signal{{Kind: match.SignalWords, Words: []string{"out of"}, Weight: 0.61}, {Kind: match.SignalConcepts, Words: []string{"inconsistent", "replica"}, Weight: 0.4}},
			Against: []match.Signal{{Kind: match.SignalMissing, Words: []string{"operation"}, Weight: -1.12}, {Kind: match.SignalSeveral, Words: []string{"stance"}, Weight: -0.5}, {Kind: match.SignalLength, Words: []string{"2"}, Weight: -0.2}, {Kind: match.SignalCode, Words: []string{"other"}, Weight: -0.1}},
			Doubts:  []kb.Doubt{{Doubt: match.Doubt{Kind: match.DoubtTalk}}, {Doubt: match.Doubt{Kind: match.DoubtQuestion, Has: 0.461, Needs: 0.5}}, {Doubt: match.Doubt{Kind: match.DoubtRival}, Entry: second}},
		}},
		"codes": {Channel: on, Explanation: kb.Explanation{
			Entry: first,
			Codes: []kb.FoundCode{
				{FoundCode: match.FoundCode{Text: "3106", Role: match.RoleOwn}, Entries: []*kb.Entry{first}},
				{FoundCode: match.FoundCode{Text: "30229", Role: match.RoleCompanion}},
				{FoundCode: match.FoundCode{Text: "52", Role: match.RoleSibling, Against: true}, Entries: []*kb.Entry{second}},
				{FoundCode: match.FoundCode{Text: "4711", Role: match.RoleUnknown}},
			},
			Doubts: []kb.Doubt{{Doubt: match.Doubt{Kind: match.DoubtCode, Text: "52"}}},
		}},
		"block": {Channel: bot.ChannelPolicy{Mode: bot.ModeShadow}, Listed: true, Explanation: kb.Explanation{
			Result: kb.Result{Band: match.Sure, Hits: []kb.Hit{hit}}, Entry: first,
			Block: &match.Block{Text: "Replica is inconsistent.", Quoted: true}, Frames: [][]string{{"inconsistent", "replica"}},
		}},
		"part": {Channel: bot.ChannelPolicy{Mode: bot.ModeMention}, Explanation: kb.Explanation{
			Result: kb.Result{Band: match.Likely, Hits: []kb.Hit{hit}}, Entry: first, Asked: 0.3, Needed: 0.731, Anyway: match.EvidenceMessage, Block: &match.Block{Text: "Replica is"},
			Doubts: []kb.Doubt{{Doubt: match.Doubt{Kind: match.DoubtPart, Has: 0.63, Needs: 0.75}}},
		}},
	}
	for name, e := range cases {
		s, _ := fixedStage(t)
		s.library = explained{shelf, e}
		for lang := range s.setup.texts {
			p := s.page(view{User: s.setup.user("alex"), Lang: lang, Channel: SupportChannel, Of: "m1"})
			p.Why.Micros = 0
			html, err := s.fragment(lang, "why", p)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "why-"+name+"."+lang+".html", html)
		}
	}
}

// TestReasonTexts checks that every reason that the matcher can give has a text
// in every language.
func TestReasonTexts(t *testing.T) {
	s := newStage(t)
	var all []sentence
	for _, k := range match.Doubts() {
		all = append(all, doubt(kb.Doubt{Doubt: match.Doubt{Kind: k}}, english))
	}
	for _, kind := range []string{match.EvidenceCode, match.EvidenceMessage} {
		all = append(all, say("odds_"+kind, "30.0%", "73.1%"))
	}
	for _, role := range []match.CodeRole{match.RoleOwn, match.RoleCompanion, match.RoleSibling, match.RoleUnknown} {
		all = append(all, say("role_"+string(role)))
	}
	for _, kind := range match.ConceptKinds {
		all = append(all, say("concept_"+kind), s.signal("missing", []string{kind}, english), s.signal("several", []string{kind}, english))
	}
	for lang := range s.setup.texts {
		for _, x := range all {
			if text, err := s.setup.text(lang, x.Key, x.Args...); err != nil || strings.Contains(text, "%!") {
				t.Errorf("%s: %q, %v", lang, text, err)
			}
		}
	}
}

func TestWhyQuiet(t *testing.T) {
	for _, c := range []struct {
		mode        bot.Mode
		listed, set bool
		spoken      bool
		want        string
		muted       int64
	}{
		{bot.ModeOn, false, false, false, "", 0},
		{bot.ModeOff, false, false, true, "mode_off bot.default_mode", 0},
		{bot.ModeShadow, true, false, true, "mode_shadow bot.channels[].mode", 0},
		{bot.ModeShadow, true, true, true, "mode_shadow mode", 0},
		{bot.ModeMention, false, false, false, "mode_mention bot.default_mode", 0},
		{bot.ModeMention, false, false, true, "", 0},
		{bot.ModeOn, false, false, false, "muted_until 2026-12-02 04:00", 1796184000},
		{bot.ModeOn, false, false, true, "", 1796184000},
		{bot.ModeOff, false, false, false, "mode_off bot.default_mode", 1796184000},
	} {
		e := bot.Explanation{Channel: bot.ChannelPolicy{Mode: c.mode}, Listed: c.listed, Set: c.set}
		if c.muted > 0 {
			e.Muted = time.Unix(c.muted, 0)
		}
		got := ""
		if q := whyQuiet(e, c.spoken); q != nil {
			got = q.Key + " " + q.Args[0].(string)
		}
		if got != c.want {
			t.Errorf("%s, listed %v, spoken %v: %q, want %q", c.mode, c.listed, c.spoken, got, c.want)
		}
	}
}
