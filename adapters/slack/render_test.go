package slack

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
	"mabsbot/bot"
	"mabsbot/bot/bottest"
)

var (
	ourLinks        = regexp.MustCompile(`<https://[^<>|]*\|[^<>|]*>`)
	withoutRevision = regexp.MustCompile(`(revision|리비전) [0-9a-f]{4}`)
)

// newRenderer returns an adapter that can only render.
func newRenderer(t testing.TB) *Slack {
	t.Helper()
	texts, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	return &Slack{texts: texts, self: identity{url: "https://contoso.slack.com/"}}
}

func testPost(r bot.Reply) bot.Post {
	return bot.Post{ID: "p1", Thread: bot.Thread{Adapter: adapterName, Workspace: "T1", Channel: "C1", Root: "1700000000.000100"}, Reply: r}
}

// checkMessage validates a message against Block Kit and the limits, and returns
// its blocks as JSON decodes them.
func checkMessage(t testing.TB, c *slackfake.Validator, m message) []any {
	t.Helper()
	blocks := asJSON(t, m.blocks)
	for _, wrong := range c.Blocks(blocks) {
		t.Error(wrong)
	}
	text := 0
	for _, b := range m.blocks {
		text += characters(b)
	}
	if text > maxMessage+1000 { // fences, bullets and links are not counted
		t.Errorf("%d characters", text)
	}
	if m.text == "" || sizeOf(m.text) > 6*maxText || !utf8.ValidString(m.text) {
		t.Errorf("the text has %d characters", utf8.RuneCountInString(m.text))
	}
	return blocks
}

// characters counts the text of a block.
func characters(b slack.Block) int {
	switch b := b.(type) {
	case *slack.SectionBlock:
		return utf8.RuneCountInString(b.Text.Text)
	case *slack.HeaderBlock:
		return utf8.RuneCountInString(b.Text.Text)
	}
	return 0
}

func asJSON(t testing.TB, v any) (out []any) {
	t.Helper()
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func newChecker(t testing.TB) *slackfake.Validator {
	t.Helper()
	c, err := slackfake.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// golden compares a text with a golden file, or updates that.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s: %v; got\n%s", name, err, got)
	}
}

// TestRender renders the replies that every adapter must be able to render.
func TestRender(t *testing.T) {
	s, c := newRenderer(t), newChecker(t)
	replies := bottest.Replies()
	private := bot.Reply{Lang: "ko", Blocks: []bot.Block{{Kind: bot.BlockChoices, Buttons: []bot.LabeledButton{{Label: "값 없이 계속", Button: bot.Button{Action: bot.ActionSkip, Entry: "e"}}}}}}
	replies["jump"] = bot.Reply{Lang: "en", Blocks: []bot.Block{
		{Kind: bot.BlockThread, Text: "the thread", Thread: bot.Thread{Adapter: adapterName, Channel: "C1", Root: "1700000000.000100"}},
		{Kind: bot.BlockThread, Text: "the conversation", Thread: bot.Thread{Adapter: adapterName, Channel: "D1"}},
		{Kind: bot.BlockThread, Text: "nowhere", Thread: bot.Thread{Adapter: adapterName, Channel: "C1", Root: "cmd-1"}},
	}}
	replies["empty"] = bot.Reply{Lang: "en"}
	ephemeral := testPost(private)
	ephemeral.Private = true
	posts := map[string]bot.Post{"private": ephemeral}
	for name, r := range replies {
		posts[name] = testPost(r)
	}
	for _, name := range slices.Sorted(maps.Keys(posts)) {
		m := s.render(posts[name])
		data, err := json.MarshalIndent(map[string]any{"text": m.text, "blocks": checkMessage(t, c, m)}, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "render-"+name+".json", string(data)+"\n")
	}
}

// TestEntries renders the first answer of every entry in both languages.
func TestEntries(t *testing.T) {
	s := newStage(t, slackfake.Options{}, patient)
	c := newChecker(t)
	var b strings.Builder
	for _, lang := range []string{"en", "ko"} {
		who := map[string]*slackfake.Person{"en": s.alex, "ko": s.kim}[lang]
		for _, e := range chattest.Base(t).Entries() {
			before := len(who.Ephemerals())
			s.must(who.Command(s.channel.ID, "/mabs "+e.ID))
			s.until(e.ID, func() bool { return len(who.Ephemerals()) > before })
			shown := who.Ephemerals()[before]
			for _, wrong := range c.Blocks(shown.Blocks) {
				t.Errorf("%s %s: %s", lang, e.ID, wrong)
			}
			fmt.Fprintf(&b, "=== %s %s\n%s\n", lang, e.ID, withoutRevision.ReplaceAllString(shown.Plain(), "REV"))
			if lang == "ko" && !strings.ContainsAny(shown.Plain(), "가나다라마바사아자차는은이의을를") {
				t.Errorf("%s is not in Korean:\n%s", e.ID, shown.Plain())
			}
		}
	}
	golden(t, "entries.golden", b.String())
}

// FuzzRender splits or cuts long text, and escapes markup.
func FuzzRender(f *testing.F) {
	f.Add("Step 1", "some `code` text", "Write-Host '```'", "label", 3)
	f.Add("한국어", strings.Repeat("가나다라 마바사. ", 900), strings.Repeat("Get-Service ", 900), strings.Repeat("긴 단추 ", 40), 60)
	f.Add("<!channel> & <@U1>", "&<>&<>", strings.Repeat("&", 4000), "<!here>", 1)
	f.Add("\x00\xff", "*bold _it ~x~", strings.Repeat("👨‍👩‍👧", 2000), "", 26)
	s, c := newRenderer(f), newChecker(f)
	f.Fuzz(func(t *testing.T, heading, text, command, label string, buttons int) {
		if !utf8.ValidString(heading + text + command + label) {
			return // text from the core is valid
		}
		var row []bot.LabeledButton
		for range min(max(buttons, 0), 60) {
			row = append(row, bot.LabeledButton{Label: label, Button: bot.Button{Action: bot.ActionNext}, Primary: true})
		}
		m := s.render(testPost(bot.Reply{Lang: "ko", Blocks: []bot.Block{
			{Kind: bot.BlockHeading, Text: heading}, {Kind: bot.BlockQuote, Text: text}, {Kind: bot.BlockText, Text: text}, {Kind: bot.BlockCopy, Text: command},
			{Kind: bot.BlockTable, Rows: [][]string{{heading, text}}}, {Kind: bot.BlockSteps, Items: []bot.Item{{Text: text}}}, {Kind: bot.BlockLink, Text: text, URL: "https://a.example/?" + heading},
			{Kind: bot.BlockQuestion, Text: text}, {Kind: bot.BlockChoices, Buttons: row}, {Kind: bot.BlockContext, Text: text, URL: "https://a.example"},
		}}))
		checkMessage(t, c, m)
		n := 0
		for _, b := range m.blocks {
			switch b := b.(type) {
			case *slack.SectionBlock:
				if brackets.MatchString(ourLinks.ReplaceAllString(b.Text.Text, "")) {
					t.Errorf("unescaped markup: %q", b.Text.Text)
				}
			case *slack.ActionBlock:
				n += len(b.Elements.ElementSet)
			}
		}
		if n != len(row) {
			t.Errorf("%d buttons, want %d", n, len(row))
		}
	})
}

func FuzzSplit(f *testing.F) {
	f.Add("a b c", 3)
	f.Add("가나다\n라마바 사", 4)
	f.Add("각각각", 2)
	f.Add("e\u0301e\u0301 👨‍👩‍👧&<>", 5)
	f.Add("&0", 5)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if !utf8.ValidString(text) || limit < 5 || limit > 4000 {
			return
		}
		pieces := split(text, limit)
		joined := strings.NewReplacer("\n", "", " ", "").Replace(strings.Join(pieces, ""))
		if want := strings.NewReplacer("\n", "", " ", "").Replace(text); joined != want {
			t.Errorf("%q became %q", text, pieces)
		}
		for _, p := range pieces {
			if sizeOf(p) > limit || !utf8.ValidString(p) {
				t.Errorf("%q is %d wide, of %d", p, sizeOf(p), limit)
			}
		}
		if cut := shorten(text, limit); sizeOf(cut) > limit || !strings.HasPrefix(text, strings.TrimSuffix(cut, "…")) {
			t.Errorf("%q shortened to %q", text, cut)
		}
	})
}

// TestWords checks that all languages have the same texts.
func TestWords(t *testing.T) {
	texts, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Sorted(maps.Keys(texts[chat.English]))
	for lang, w := range texts {
		if got := slices.Sorted(maps.Keys(w)); !slices.Equal(got, want) {
			t.Errorf("%s has the texts %v, English %v", lang, got, want)
		}
	}
	if len(texts) < 2 {
		t.Errorf("%d languages", len(texts))
	}
}

// TestLongestCommand checks that the longest command that a knowledge base may
// offer, the collector, is in one code block.
func TestLongestCommand(t *testing.T) {
	script := chattest.Base(t).Collector().Script
	script += "\n#" + strings.Repeat("x", 1900-len(script)-2) // the limit in kb
	m := newRenderer(t).render(testPost(bot.Reply{Lang: "en", Blocks: []bot.Block{
		{Kind: bot.BlockText, Text: "before"}, {Kind: bot.BlockCopy, Shell: "powershell", Text: script}, {Kind: bot.BlockText, Text: "after"},
	}}))
	if blocks := checkMessage(t, newChecker(t), m); len(blocks) != 3 {
		t.Errorf("got %d blocks, want 3: %v", len(blocks), blocks)
	}
}
