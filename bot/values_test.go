package bot_test

import (
	"cmp"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// valueBase returns a knowledge base with one entry, whose only step needs a
// value of the kind.
func valueBase(t *testing.T, kind kb.Kind) *kb.Base {
	t.Helper()
	base, err := kb.Load(kb.Layer{Name: "test", FS: fstest.MapFS{
		"one-value.yaml": {Data: []byte(`
id: one-value
title: {en: The omega needs a value, ko: 오메가에 값이 필요함}
messages: {en: ["The omega needs a value before it can start.", "The omega with the present value <Wanted> was rejected."]}
steps:
  items:
    - id: put-in
      title: {en: Put it in, ko: 값을 넣으세요}
      do: {en: Run it., ko: 실행합니다.}
      command: {shell: cmd, run: "omega {Wanted}"}
`)},
		"_shared/slots.yaml": {Data: fmt.Appendf(nil, "- {name: Wanted, label: {en: wanted thing, ko: 원하는 것}, takes: %s}\n", kind)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// TestValueKinds checks what is taken as a value of each kind, how it is put into
// a command, and that the bot says what it needs if a value is of another kind.
func TestValueKinds(t *testing.T) {
	for _, tt := range []struct {
		kind        kb.Kind
		reply, want string // the command; "" if the bot asks again
	}{
		{kb.KindDrive, "E", "omega E:"}, {kb.KindDrive, "g", "omega G:"}, {kb.KindDrive, "h:", "omega H:"}, {kb.KindDrive, `F:\`, "omega F:"},
		{kb.KindDrive, "I think it's E", "omega E:"}, {kb.KindDrive, "it is drive d on that box", "omega D:"}, {kb.KindDrive, "the `K:` one", "omega K:"},
		{kb.KindDrive, "E 드라이브", "omega E:"}, {kb.KindDrive, "d드라이브입니다", "omega D:"}, {kb.KindDrive, "F:요", "omega F:"},
		{kb.KindDrive, "FS-11", ""}, {kb.KindDrive, `D:\Data`, ""}, {kb.KindDrive, "y", ""}, {kb.KindDrive, "D: and E:", ""}, {kb.KindDrive, "I like a", ""},
		{kb.KindServer, "fs-01", "omega fs-01"}, {kb.KindServer, "it's FS01.corp.example", "omega FS01.corp.example"}, {kb.KindServer, `\\FS01`, "omega FS01"},
		{kb.KindServer, "mabs01이요", "omega mabs01"}, {kb.KindServer, "E:", ""}, {kb.KindServer, `\\FS01\share`, ""},
		{kb.KindInstance, `SQL01\PROD`, `omega "SQL01\PROD"`}, {kb.KindInstance, `SQL01\PROD입니다`, `omega "SQL01\PROD"`}, {kb.KindInstance, `D:\SQL`, ""},
		{kb.KindAccount, "svc_agent", "omega svc_agent"}, {kb.KindAccount, "svc@corp.example", ""},
		{kb.KindAddress, "the proxy is proxy.corp.example:8080", "omega proxy.corp.example:8080"}, {kb.KindAddress, "proxy.corp.example", ""},
		{kb.KindPath, `D:\Backup Data`, `omega "D:\Backup Data"`}, {kb.KindPath, "`D:\\Backup Data`", `omega "D:\Backup Data"`}, {kb.KindPath, `it is in D:\Backup Data`, ""},
		{kb.KindAmount, "20 gb", "omega 20GB"}, {kb.KindAmount, "2", "omega 2"}, {kb.KindAmount, "20GB로", "omega 20GB"}, {kb.KindAmount, "FS-11", ""},
		{kb.KindVersion, "v13.0.580.0", "omega 13.0.580.0"}, {kb.KindVersion, "FS-11", ""},
		{kb.KindName, "WEB-2", "omega WEB-2"}, {kb.KindName, "`Web VM 2`", `omega "Web VM 2"`}, {kb.KindName, "web vm", ""},
	} {
		t.Run(fmt.Sprintf("%s %s", tt.kind, tt.reply), func(t *testing.T) {
			base := valueBase(t, tt.kind)
			said := conversation(t, base, "The omega needs a value before it can start.", tt.reply)
			if !strings.Contains(said[0], "wanted thing") {
				t.Errorf("the question does not name the value:\n%s", said[0])
			}
			if got := strings.Contains(said[1], "$ cmd "+cmp.Or(tt.want, "omega")+"\n"); got != (tt.want != "") {
				t.Errorf("%q leads to\n%s\nwant %q", tt.reply, said[1], tt.want)
			}
			if tt.want == "" && strings.TrimSpace(said[1]) != strings.TrimSpace(bottest.Text(wanted(t, tt.kind))) {
				t.Errorf("%q is answered by\n%s\nwant only what is needed", tt.reply, said[1])
			}
		})
	}
}

// wanted returns what the bot says of a value that is not of the kind.
func wanted(t *testing.T, kind kb.Kind) bot.Reply {
	text := testLocales(t)["en"].Texts["want_"+string(kind)]
	return bot.Reply{Blocks: []bot.Block{{Kind: bot.BlockText, Text: text}}}
}

// conversation says things in a direct message, and returns what the bot answers
// to each.
func conversation(t *testing.T, base *kb.Base, texts ...string) []string {
	t.Helper()
	memory, a := store.NewMemory(), bottest.NewRecorder("test", everything)
	b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, memory, slog.New(slog.DiscardHandler))
	handle := b.Handler(a)
	var all []string
	for i, text := range texts {
		head := bot.Head{ID: bot.EventID(fmt.Sprintf("m%d", i)), Thread: bot.Thread{Adapter: "test", Channel: bot.DirectChannel + alex.ID}, From: alex, Direct: true}
		if err := handle(t.Context(), bot.Message{Head: head, Text: text, Addressed: true}); err != nil {
			t.Fatal(err)
		}
		if err := b.Flush(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		for _, p := range a.Take() {
			said.WriteString(bottest.Text(p.Reply))
		}
		all = append(all, said.String())
	}
	return all
}
