package locale

import (
	"slices"
	"strings"
	"testing"
)

func TestStems(t *testing.T) {
	for _, line := range []string{
		"되다: 되 +돼 +되어", "하다: 하 +해", "풀리다: 풀리 +풀려 +풀리어", "나오다: 나오 +나와 +나오아", "바꾸다: 바꾸 +바꿔 +바꾸어",
		"끄다/꺼: 끄 +꺼", "모으다: 모으 +모아", "누르다: 누르 +눌러", "따르다/따라: 따르 +따라", "보내다: 보내 +보내", "켜다: 켜 +켜",
		"남다: 남 +남아", "없다: 없 +없어", "돌다: 돌 -도 +돌아", "낫다/나아/나으: 낫 +나아 나으", "바뀌다: 바뀌 +바뀌어", "뜨다: 뜨 +떠",
	} {
		verb, want, _ := strings.Cut(line, ": ")
		all, ok := stems(verb)
		if !ok {
			t.Errorf("%s is not a verb", verb)
		}
		var got []string
		for _, s := range all {
			switch {
			case s.connected:
				s.text = "+" + s.text
			case s.dropped:
				s.text = "-" + s.text
			}
			got = append(got, s.text)
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s has the stems %q, want %q", verb, got, want)
		}
	}
	if _, ok := stems("오류"); ok {
		t.Error("오류 is taken for a verb")
	}
}

// testGrammar is a small grammar. Its classes are verbs and nouns of errors.
func testGrammar(t *testing.T) *replies {
	t.Helper()
	f := repliesFile{Named: "WORK", Grammar: grammarFile{
		Forms: map[string]string{
			"not": "-지 않다, -지는 않다", "past": "-었다", "cannot": "-ㄹ 수 없다", "later": "-ㄹ게, -겠다", "state": "-고 있다",
			"if": "-(으)면", "but": "-는데", "which": "-는, -ㄴ, -던", "said": "-어요, -네, -ㅂ니다_, -습니다_, -음", "ask": "-나",
		},
		Before:    map[string]string{"not": "안", "cannot": "못"},
		Verbs:     map[string]string{"WORK": "되다, 풀리다", "OCCUR": "나다, 나오다", "DO": "하다, 돌리다, 누르다"},
		Nouns:     map[string]string{"FIX": "해결", "FAIL": "실패"},
		Things:    map[string]string{"ERR": "오류"},
		Light:     map[string]string{"": "하다", "became": "되다"},
		Being:     map[string]string{"": "이다/예", "not": "없다"},
		Particles: "이, 가, 은, 도", Adverbs: "아직, 잘, 잘못, 다", Polite: "요",
		Unreal: "not, if", Splits: "but", Asks: "ask", Evident: "past", Copula: "said",
	}}
	p, err := f.compile()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestInflected(t *testing.T) {
	p := testGrammar(t)
	for _, line := range []string{
		"됐어요: WORK[past+said]", "안 돼요: WORK[not+said]", "안돼: WORK[not]", "되지는 않네요: WORK[not+said]", "풀렸습니다: WORK[past+said]",
		"오류가 안 나와요: ERR[bare] OCCUR[not+said]", "오류가안나와요: ERR[bare] OCCUR[not+said]", "오류 없음: ERR[not+said]",
		"해결이 아직 안 됐네요: FIX[became+not+past+said]", "해결: FIX[bare]", "실패네요: FAIL[said]", "해결도 못 했어요: FIX[cannot+past+said]",
		"돌리고 있는데요: DO[but+state]", "눌러요: DO[said]", "할게요: DO[later]", "되면: WORK[if]", "못 돌려요: DO[cannot+said]", "할 수 없습니다: DO[cannot+said]",
		"잘못 눌렀어요: DO[past+said]", "다시 갈아엎었습니다: VERB[past+said]", "방안 나와요: OCCUR[said]",
		"나무: ", "안내: ", "오류. 없어요: ERR[bare]",
	} {
		text, want, _ := strings.Cut(line, ": ")
		items := p.vocabulary.longest(p.grammar.inflected(spell(text)))
		slices.SortFunc(items, func(a, b item) int { return a.from - b.from })
		var got []string
		for _, it := range items {
			got = append(got, p.describe(&it))
		}
		if got := strings.Join(got, " "); got != strings.TrimSpace(want) {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

// describe names the classes and forms of an item as patterns do.
func (p *replies) describe(it *item) string {
	var classes, forms []string
	for c := range it.classes.all() {
		classes = append(classes, p.vocabulary.classes[c])
	}
	for i, name := range p.grammar.names {
		if it.forms&(1<<i) != 0 {
			forms = append(forms, name)
		}
	}
	s := strings.Join(classes, "|")
	if len(forms) > 0 {
		s += "[" + strings.Join(forms, "+") + "]"
	}
	return s
}

func TestRuleForms(t *testing.T) {
	p := testGrammar(t)
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"WORK", "됐어요", true}, {"WORK", "안 됐어요", false}, {"WORK[not]", "안 됐어요", true}, {"WORK[not]", "됐어요", false},
		{"WORK[not+past]", "안 돼요", false}, {"WORK[!past]", "됐어요", false}, {"WORK[!past]", "돼요", true}, {"WORK[*]", "되면", true},
		{"ERR OCCUR[not]", "오류가 안 나와요", true}, {"ERR|FIX[became]", "해결돼요", true}, {"!WORK[not] ERR", "오류 안 돼요", false}, {"= WORK[if]", "되면", true},
	} {
		r, err := p.compileRule(IntentFixed, tt.pattern)
		if err != nil {
			t.Fatal(err)
		}
		s := spell(tt.text)
		items := p.scan(s)
		c := newClause(p.coverage(s, items), items, 0, s.tokens)
		if got := r.fits(&c); got != tt.want {
			t.Errorf("%s fits %s: %v", tt.pattern, tt.text, got)
		}
	}
	for _, bad := range []string{"WORK[nothing]", "NOSUCH[not]"} {
		if _, err := p.compileRule(IntentFixed, bad); err == nil {
			t.Errorf("%s is a rule", bad)
		}
	}
}
