package discord

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordfake"
	"mabsbot/bot"
	"mabsbot/bot/bottest"
)

// TestEntries checks that Discord accepts the answers for every entry in both
// languages.
func TestEntries(t *testing.T) {
	s := newStage(t, discordfake.Options{}, noRepeatWindow)
	for _, e := range chattest.Base(t).Entries() {
		for _, who := range []*discordfake.Person{s.alex, s.kim} {
			s.must(who.Command(s.channel.ID, "/mabs "+e.ID))
			s.quiet()
			for _, label := range []string{"All steps", "전체 단계"} {
				if m, ok := who.Newest(label); ok && who.PressOn(m, label) != nil {
					t.Errorf("%s: %q cannot be pressed", e.ID, label)
				}
			}
			s.quiet()
			if shown := s.shown(who); strings.Contains(shown, "thinking") || strings.Contains(shown, s.discord.texts.In("en")["cut"]) {
				t.Errorf("%s is shown as\n%s", e.ID, shown)
			}
			who.Reload()
		}
	}
	s.refusals()
}

// TestLocales checks that all languages have the same keys and keep to
// Discord's limits.
func TestLocales(t *testing.T) {
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	most := map[string]int{"command_mabs": 100, "command_query": 100, "command_lookup": 32, "command_record": 32, "value_title": maxModalTitle, "value": maxModalLabel, "value_hint": maxModalHint, "value_button": maxLabel, "choose": maxPlaceholder}
	for lang, w := range all {
		for key := range all[chat.English] {
			if n := utf8.RuneCountInString(w[key]); n == 0 || most[key] > 0 && n > most[key] {
				t.Errorf("%s: %s has %d characters, want 1 to %d", lang, key, n, most[key])
			}
		}
		if len(w) != len(all[chat.English]) {
			t.Errorf("%s has %d keys, English %d", lang, len(w), len(all[chat.English]))
		}
	}
}

// newRenderer returns an adapter for rendering.
func newRenderer(t testing.TB) *Discord {
	t.Helper()
	d, err := New(Options{Token: func() string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// checkPages checks a reply on one and on several pages against the limits, and
// returns the texts of the several pages.
func checkPages(t testing.TB, d *Discord, r bot.Reply) (pages []string) {
	t.Helper()
	for _, most := range []int{1, maxPages} {
		pages = nil
		drafts := d.drafts(bot.Post{ID: "0123456789abcdef01234567", Reply: r}, "", most)
		if n := len(drafts); n == 0 || n > most {
			t.Errorf("%d pages, want 1 to %d", n, most)
		}
		for _, each := range drafts {
			pages = append(pages, checkPage(t, each))
		}
	}
	return pages
}

func checkPage(t testing.TB, page draft) string {
	t.Helper()
	data, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Components []any `json:"components"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	c := &componentCounter{ids: map[string]bool{}}
	c.count(t, m.Components)
	if c.text > maxDisplay || c.n > maxComponents || c.n < 2 {
		t.Errorf("%d characters in %d components, over a limit", c.text, c.n)
	}
	if strings.Count(c.all, "```")%2 != 0 {
		t.Errorf("a code block is not closed in\n%s", c.all)
	}
	return c.all
}

// A componentCounter counts components and the characters of their texts.
type componentCounter struct {
	n, text int
	all     string
	ids     map[string]bool
}

func (c *componentCounter) count(t testing.TB, components []any) {
	t.Helper()
	for _, each := range components {
		o := each.(map[string]any)
		c.n++
		if text, ok := o["content"].(string); ok {
			c.all += text + "\n"
			c.text += len(utf16.Encode([]rune(text)))
			if strings.TrimSpace(text) == "" {
				t.Error("a text display is empty")
			}
		}
		if id, ok := o["custom_id"].(string); ok {
			if c.ids[id] || len(id) > maxCustomID {
				t.Errorf("the custom ID %q is used twice or too long", id)
			}
			c.ids[id] = true
		}
		options, _ := o["options"].([]any)
		if len(options) > maxOptions {
			t.Errorf("a menu has %d options", len(options))
		}
		if label, ok := o["label"].(string); ok && (label == "" || len(utf16.Encode([]rune(label))) > maxLabel) {
			t.Errorf("the label %q is empty or too long", label)
		}
		inner, _ := o["components"].([]any)
		c.count(t, inner)
	}
}

// TestRender checks that no reply exceeds the limits or contains active markup.
func TestRender(t *testing.T) {
	d := newRenderer(t)
	for name, r := range bottest.Replies() {
		all := strings.Join(checkPages(t, d, r), "")
		for _, live := range []string{"@everyone", "@here", "[a](https://b)", "\x1b"} {
			if strings.Contains(all, live) {
				t.Errorf("%s: %q is active in\n%s", name, live, all)
			}
		}
	}
}

// TestPages checks that a reply on several pages has each line once and
// unbroken, closes its code blocks, and keeps the question above its buttons.
func TestPages(t *testing.T) {
	d := newRenderer(t)
	lines := func(line string, n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(line, i))
		}
		return strings.Join(all, "\n")
	}
	words, code := lines("%d번째 줄입니다. 서버를 다시 시작합니다.", 60), lines("    Get-Service dpm%d | Restart-Service", 60)
	button := bot.Button{Action: bot.ActionNext, Entry: "an-entry", Revision: "abcd", Step: "first"}
	pages := checkPages(t, d, bot.Reply{Lang: "ko", Blocks: []bot.Block{
		{Kind: bot.BlockHeading, Text: "제목"}, {Kind: bot.BlockText, Text: words}, {Kind: bot.BlockCopy, Shell: "powershell", Text: code}, {Kind: bot.BlockQuote, Text: words},
		{Kind: bot.BlockQuestion, Text: "해결되었나요?"}, {Kind: bot.BlockChoices, Buttons: []bot.LabeledButton{{Label: "해결됨", Button: button}}},
		{Kind: bot.BlockContext, Text: "출처", URL: "https://a/b"},
	}})
	if len(pages) != maxPages {
		t.Fatalf("%d pages, want %d", len(pages), maxPages)
	}
	all := strings.Join(pages, "")
	for line := range strings.SplitSeq(words, "\n") {
		if !strings.Contains(all, line+"\n") || !strings.Contains(all, "> "+line+"\n") {
			t.Errorf("%q is missing or broken", line)
		}
	}
	for line := range strings.SplitSeq(code, "\n") {
		if strings.Count(all, "\n"+line+"\n") != 1 {
			t.Errorf("%q is not in the code once", line)
		}
	}
	if last := pages[len(pages)-1]; !strings.HasSuffix(last, "**해결되었나요?**\n-# [출처](<https://a/b>)\n") || strings.Contains(all, d.texts.In("ko")["cut"]) {
		t.Errorf("the last page ends with %q", last[max(0, len(last)-200):])
	}
	if all := checkPage(t, d.draft(bot.Post{Private: true, Reply: bot.Reply{Lang: "ko", Blocks: []bot.Block{{Kind: bot.BlockCopy, Text: code + code + code}}}}, "")); !strings.Contains(all, "나에게만 보이는") {
		t.Errorf("a cut private reply lacks the note:\n%s", all)
	}
}

// TestManyChoices checks that a question with more choices than a message has
// buttons shows every choice, and "Back" and "Get a person" as buttons, or says that
// choices are missing.
func TestManyChoices(t *testing.T) {
	d := newRenderer(t)
	for _, n := range []int{11, 23, 24, 40, 200, 300} {
		for _, label := range []string{"choice %d", "choice %d" + strings.Repeat(", which is long", 9)} {
			var buttons []bot.LabeledButton
			for i := range n {
				buttons = append(buttons, bot.LabeledButton{Label: fmt.Sprintf(label, i), Button: bot.Button{Action: bot.ActionAnswer, Entry: "e", Revision: "abcd", Step: "ask", Choice: fmt.Sprint("c", i)}})
			}
			for _, action := range []bot.Action{bot.ActionBack, bot.ActionPerson} {
				buttons = append(buttons, bot.LabeledButton{Label: string(action), More: true, Button: bot.Button{Action: action, Entry: "e", Revision: "abcd", Step: "ask"}})
			}
			r := bot.Reply{Lang: "en", Blocks: []bot.Block{{Kind: bot.BlockHeading, Text: "A title"}, {Kind: bot.BlockQuestion, Text: "Which one?"}, {Kind: bot.BlockChoices, Buttons: buttons}}}
			checkPages(t, d, r)
			one, err := json.Marshal(d.draft(bot.Post{ID: "0123456789abcdef01234567", Reply: r}, ""))
			if err != nil {
				t.Fatal(err)
			}
			all := 0
			for _, b := range buttons {
				if strings.Contains(string(one), `"`+b.Button.String()+customSep) {
					all++
				}
			}
			if want := min(n, maxMenus*maxOptions) + 2; all != want {
				t.Errorf("%d choices: a message has %d, want %d", n, all, want)
			}
			if says := strings.Contains(string(one), d.texts.In("en")["cut"]); !says && all < n+2 {
				t.Errorf("%d choices: no note says that some are missing", n)
			}
		}
	}
}

// TestEscape checks each kind of markup.
func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"plain words, 0x29834 (ID 319)": "plain words, 0x29834 (ID 319)",
		`C:\Program Files\x_y`:          `C:\Program Files\x_y`,
		`\\server\share`:                `\\\server\share`,
		`C:\<version>\a`:                `C:\\<version>\a`,
		"*bold* _it_ __u__":             `\*bold\* \_it\_ \_\_u\_\_`,
		"~~gone~~ a~b ||hidden|| a|b":   `\~\~gone\~\~ a~b \|\|hidden\|\| a|b`,
		"# big\n> quote\n- item\na-b":   "\\# big\n\\> quote\n\\- item\na-b",
		"<@1> <#2> <:x:3> <t:1> a<b":    `\<@1> \<#2> \<:x:3> \<t:1> a<b`,
		"[a](https://b)":                `[a\](https://b)`,
		"[in https://](https://b/x)":    `[in https://\](https://b/x)`,
		"[https://a.b](https://c/x)":    `[https://a.b\](https://c/x)`,
		"a\n # big\n  > b\n - c":        "a\n \\# big\n  \\> b\n \\- c",
		"`a*b` c*d":                     "`a*b` c\\*d",
		"one ` alone":                   "one  alone",
		"@everyone":                     "@\u2060everyone",
		"https://a/b_c_d":               "https://a/b_c_d",
	} {
		if got := escape(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestPlain checks each kind of markup.
func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"a **b** ~~c~~ ||d|| `e`":          "a b c d e",
		"```powershell\nGet-X *a*\n```":    "Get-X *a*",
		"```one line```":                   "one line",
		"<@9> hi <@!9> <@5> <#6>":          "hi  @5 #6",
		"<https://a/b> [text](https://c)":  "https://a/b text",
		"> quoted\n# big\n-# small":        "> quoted\nbig\nsmall",
		`C:\Program Files\x_y snake_case`:  `C:\Program Files\x_y snake_case`,
		`\*not bold\*`:                     "*not bold*",
		"<:mad:123> <a:x:1> <t:1700000:R>": "",
		"a <b> c":                          "a <b> c",
	} {
		if got := plain(text, "9"); strings.TrimSpace(got) != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzRender checks the limits for any text.
func FuzzRender(f *testing.F) {
	d := newRenderer(f)
	f.Add("a `b` *c*", "```", 3)
	f.Add(strings.Repeat("가*", 3000), "x", 30)
	f.Fuzz(func(t *testing.T, text, command string, n int) {
		r := bot.Reply{Lang: "ko", Blocks: []bot.Block{
			{Kind: bot.BlockHeading, Text: text}, {Kind: bot.BlockQuote, Text: text}, {Kind: bot.BlockText, Text: text},
			{Kind: bot.BlockCopy, Shell: "cmd", Text: command}, {Kind: bot.BlockQuestion, Text: text}, {Kind: bot.BlockContext, Text: text, URL: "https://a/b"},
			{Kind: bot.BlockLink, Text: command, URL: "https://a/" + strings.Repeat("b", 500)}, {Kind: bot.BlockQuestion, Text: command}, {Kind: bot.BlockContext, Text: command},
		}}
		for i := range max(0, min(n, 40)) {
			r.Blocks = append(r.Blocks, bot.Block{Kind: bot.BlockChoices, Buttons: []bot.LabeledButton{{Label: text, Button: bot.Button{Action: bot.ActionAnswer, Choice: strings.Repeat("c", i%24)}}}})
		}
		checkPages(t, d, r)
	})
}

// FuzzPlain checks that plain and escape return valid UTF-8.
func FuzzPlain(f *testing.F) {
	f.Add("<@1> ```a\nb``` [x](https://y)")
	f.Add("\xff\x00<@>")
	f.Fuzz(func(t *testing.T, text string) {
		if got := plain(text, "1"); !utf8.ValidString(got) {
			t.Errorf("%q became %q", text, got)
		}
		if got := escape(removeInvisible(text)); !utf8.ValidString(got) {
			t.Errorf("%q became %q", text, got)
		}
	})
}

// TestLongestCommand checks that the longest command that a knowledge base may
// offer, the collector, is in one code block of a message.
func TestLongestCommand(t *testing.T) {
	script := chattest.Base(t).Collector().Script
	script += "\n#" + strings.Repeat("x", 1900-len(script)-2) // the limit in kb
	d := newRenderer(t)
	pages := checkPages(t, d, bot.Reply{Lang: "en", Blocks: []bot.Block{
		{Kind: bot.BlockText, Text: strings.Repeat("word ", 60)}, {Kind: bot.BlockCopy, Shell: "powershell", Text: script}, {Kind: bot.BlockText, Text: strings.Repeat("word ", 60)},
	}})
	if len(pages) != 1 || !strings.Contains(pages[0], "```powershell\n"+script+"\n```\n") {
		t.Errorf("on %d pages:\n%s", len(pages), strings.Join(pages, "\n---\n"))
	}
}
