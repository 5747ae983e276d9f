package console

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"mabsbot/bot"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; see it with -update and git diff. Got:\n%s", path, got)
	}
}

// fixedStage returns a stage with one message of the bot, at a fixed time and
// with fixed IDs.
func fixedStage(t *testing.T, blocks ...bot.Block) (s stage, r row) {
	t.Helper()
	s = newStage(t)
	top := &message{ID: "m1", Channel: SupportChannel, At: time.Date(2026, 11, 22, 9, 30, 0, 0, time.Local), User: "alex", Text: "hello", Version: 1, Taken: 1}
	answer := &message{
		ID: "m2", Channel: SupportChannel, Root: "m1", Thread: s.thread(SupportChannel, "m1"), At: top.At.Add(time.Second),
		Post: "p1", Reply: bot.Reply{Lang: "en", Blocks: blocks},
	}
	s.ws.add(top)
	s.ws.add(answer)
	rows := s.since(view{User: s.setup.user("alex"), Lang: "en", Channel: SupportChannel, Root: "m1"}, -1).rows
	return s, rows[len(rows)-1]
}

// TestBlocks renders each kind of block.
func TestBlocks(t *testing.T) {
	here := bot.Thread{Adapter: "console", Workspace: firstName, Channel: SupportChannel, Root: "m1"}
	elsewhere := bot.Thread{Adapter: "slack", Workspace: "T1", Channel: "C1", Root: "1.2"}
	blocks := map[string][]bot.Block{
		"link-refused": {
			{Kind: bot.BlockLink, Text: "no", URL: "javascript:alert(1)"}, {Kind: bot.BlockLink, Text: "no", URL: "http://aka.ms/x"},
			{Kind: bot.BlockLink, Text: "no", URL: "https:///x"}, {Kind: bot.BlockThread, Text: "elsewhere", Thread: elsewhere}, {Kind: bot.BlockContext, Text: "no address"},
		},
	}
	for _, b := range everyBlock(here) {
		name := string(b.Kind)
		blocks[name] = append(blocks[name], b)
	}
	for name, list := range blocks {
		s, r := fixedStage(t, list...)
		var got strings.Builder
		for _, b := range r.Blocks() {
			html, err := s.fragment("en", "block", b)
			if err != nil {
				t.Fatal(err)
			}
			got.WriteString(strings.TrimSpace(html) + "\n")
		}
		golden(t, "block-"+name+".html", got.String())
	}
}

func TestMessages(t *testing.T) {
	s, r := fixedStage(t, bot.Block{Kind: bot.BlockText, Text: "hello"})
	mine := r
	mine.message = &message{ID: "m3", At: r.At, User: "alex", Text: "@mabsbot <b>?", Version: 2, Taken: 1}
	mine.From = s.setup.user("alex")
	mine.List, mine.Nth, mine.About = channelList, 0, ""
	theirs := mine
	theirs.message = new(*mine.message)
	theirs.User, theirs.From, theirs.Version = "minji", s.setup.user("minji"), 1
	theirs.Nth, theirs.Answers = 1, answers{Count: 2, Bot: true, Last: r.At, Heard: 2}
	gone := theirs
	gone.message = new(*theirs.message)
	gone.message.Gone = true
	silent := theirs
	silent.Answers = answers{}
	asked := mine
	asked.message = &message{ID: "m4", At: r.At, User: "alex", Only: "alex", Text: "/mabs 319", Command: true, Version: 1, Taken: 1}
	slot := r
	slot.message = new(*r.message)
	slot.Only, slot.Thread.Root = "alex", "cmd-m4"
	slot.Reply = bot.Reply{Lang: "ko", Blocks: []bot.Block{{Kind: bot.BlockChoices, Buttons: []bot.LabeledButton{button(bot.ActionSkip, "1", "값 없이 진행")}}}}
	for name, row := range map[string]row{"bot": r, "mine": mine, "theirs": theirs, "gone": gone, "silent": silent, "command": asked, "value": slot} {
		for lang := range s.setup.texts {
			html, err := s.fragment(lang, "message", row)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "message-"+name+"."+lang+".html", strings.ReplaceAll(html, r.At.Format(time.RFC3339), "…"))
		}
	}
}

func TestSpans(t *testing.T) {
	cases := []struct {
		text string
		want []span
	}{
		{"", []span{{}}},
		{"plain", []span{{"plain", ""}}},
		{"`code`", []span{{"code", "code"}, {}}},
		{"a `b` c", []span{{"a ", ""}, {"b", "code"}, {" c", ""}}},
		{"a ` b", []span{{"a ` b", ""}}},
		{"`a` `", []span{{"a", "code"}, {" `", ""}}},
		{"on FS-11.corp.example, ID 319", []span{{"on ", ""}, {"FS-11.corp.example", "name"}, {", ", ""}, {"ID 319", "name"}}},
		{`in C:\DPM\bin.`, []span{{"in C:\\", ""}, {`DPM\bin`, "name"}, {".", ""}}},
		{"`가` <b>", []span{{"가", "code"}, {" <b>", ""}}},
	}
	for _, c := range cases {
		if got := spans(c.text); !reflect.DeepEqual(got, c.want) {
			t.Errorf("spans(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestTyped(t *testing.T) {
	cases := []struct {
		text    string
		command bool
		want    []span
	}{
		{"hello", false, []span{{"hello", ""}}},
		{"@mabsbot hello", false, []span{{"", ""}, {"@mabsbot", "mention"}, {" hello", ""}}},
		{"so (@MABSbot)", false, []span{{"so (", ""}, {"@MABSbot", "mention"}, {")", ""}}},
		{"a@mabsbot", false, []span{{"a@mabsbot", ""}}},
		{"/mabs x", true, []span{{"/mabs", "mention"}, {" x", ""}}},
		{"/mabsx", false, []span{{"/mabsx", ""}}},
	}
	for _, c := range cases {
		m := &message{Text: c.text, Command: c.command}
		if got := m.Typed(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestLinesOfACommand(t *testing.T) {
	cases := []struct {
		text string
		want [][]span
	}{
		{"", nil},
		{"Get-Service", [][]span{{{"Get-Service", "word"}}}},
		{"a -b\n\n  c", [][]span{{{"a", "word"}, {" ", ""}, {"-b", "word"}, {"\n", ""}}, {{"\n", ""}}, {{"  ", ""}, {"c", "word"}}}},
	}
	for _, c := range cases {
		got := lines(c.text)
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("lines(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}
