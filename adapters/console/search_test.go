package console

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"mabsbot/bot"
)

func TestFind(t *testing.T) {
	s := newStage(t)
	top := s.says(t, "alex", SupportChannel, "", "about 319")
	s.says(t, "minji", SupportChannel, top, "Same HERE, on 520, or 319")
	s.says(t, "minji", "dm:minji", "", "my secret 319")
	s.says(t, "alex", SupportChannel, "", "오류 메시지가 나옵니다")
	gone := s.says(t, "alex", SupportChannel, "", "gone words")
	if _, err := s.remove(t.Context(), s.setup.user("alex"), form{ID: gone}); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		user, query string
		want        []string // newest first
	}{
		{"alex", "", nil},
		{"alex", "520 here", []string{"Same [found:HERE], on [found:520]"}},
		{"alex", "319 same", []string{"[found:Same] HERE, on 520, or [found:319]"}},
		{"alex", "about", []string{"[found:about] 319"}},
		{"alex", "secret", nil},
		{"minji", "secret", []string{"my [found:secret] 319"}},
		{"alex", "메시지가", []string{"오류 [found:메시지가] 나옵니다"}},
		{"alex", "gone", nil},
		{"alex", "netsh advfirewall", []string{"[found:netsh]", "[found:netsh]"}}, // the bot's own command
	}
	for _, c := range cases {
		found := s.find(view{User: s.setup.user(c.user), Lang: "en", Channel: SupportChannel, Panel: panelSearch, Query: c.query})
		if len(found) != len(c.want) {
			t.Errorf("%s: %q found %d messages, want %q", c.user, c.query, len(found), c.want)
			continue
		}
		for i, f := range found {
			if got := show(f.Text); !strings.Contains(got, c.want[i]) {
				t.Errorf("%s: %q found %q, want %q", c.user, c.query, got, c.want[i])
			}
		}
	}
}

func TestFindLimits(t *testing.T) {
	s := newStage(t)
	for range maxFound + 5 {
		s.says(t, "alex", SupportChannel, "", "the same word")
	}
	if found := s.find(view{User: s.setup.user("alex"), Query: "word"}); len(found) != maxFound {
		t.Errorf("%d messages", len(found))
	}
	long := strings.Repeat("lorem ipsum ", 500) + "needle " + strings.Repeat("dolor sit ", 500)
	got := show(snippet(long, wordMarks(long, []string{"needle"})))
	if !strings.HasPrefix(got, "…") || !strings.HasSuffix(got, "…") || len(got) > 2*snippetBytes || !strings.Contains(got, "ipsum [found:needle] dolor") {
		t.Errorf("the excerpt is %q", got)
	}
}

// FuzzSnippet checks that for any text and word an excerpt is made.
func FuzzSnippet(f *testing.F) {
	f.Add("오류[0x29834]로 인해", "0x29834")
	f.Add("İstanbul K", "k")
	f.Fuzz(func(t *testing.T, text, word string) {
		words := strings.Fields(strings.ToLower(word))
		if len(words) == 0 {
			return
		}
		if marks := wordMarks(text, words); marks != nil {
			snippet(text, marks)
		}
	})
}

func TestWordsOfAReply(t *testing.T) {
	m := &message{Reply: bot.Reply{Blocks: everyBlock(bot.Thread{})}}
	for _, want := range []string{"A heading with code", "Weekly 4 weeks", "Get-Service obengine", "Restart the coordinator"} {
		if got := m.words(); !strings.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
}

// TestBrowserSearch finds messages while typing, and goes to one.
func TestBrowserSearch(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	home := serve(t, s)
	top := s.says(t, "alex", SupportChannel, "", "about 319")
	reply := s.says(t, "minji", SupportChannel, top, "same here")
	for range 30 {
		s.says(t, "minji", SupportChannel, "", "chatter")
	}
	b := newBrowser(t)
	b.do(chromedp.Navigate(home + "/?as=alex"))
	b.click("#channel [data-search]")
	b.focused("find")
	b.types("#find", "about")
	b.sees(".found", "about 319")
	b.wait(`document.getElementById("status").textContent === "Messages found: 1"`)
	b.wait(`new URL(location).searchParams.get("find") === "about"`)
	b.shot("34-search")
	b.click(".found a")
	b.wait(`document.activeElement.id === "c-` + top + `"`)
	b.at("side", "search")
	b.do(chromedp.Navigate(home + "/?as=alex&side=search&find=HERE"))
	b.click(".found a")
	b.at("side", "thread")
	b.wait(`document.activeElement.id === "t-` + reply + `"`)
	b.value(`history.back(); ""`)
	b.at("side", "search")
	b.wait(`document.getElementById("find").value === "HERE"`)
}
