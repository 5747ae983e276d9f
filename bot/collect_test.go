package bot_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/kb"
)

const (
	zeta = `
id: zeta-stops
title: {en: Zeta stops, ko: 제타가 멈춤}
codes: ["90013"]
messages: {en: ["The zeta pump halted without a reason on <ServerName>."]}
ask:
  - id: state
    text: {en: "Does the pump run?", ko: "펌프가 실행 중인가요?"}
    choices:
      - {id: up, label: {en: It runs, ko: 실행 중}, go: shake}
      - {id: down, label: {en: It is off, ko: 꺼짐}}
  - id: color
    text: {en: "Which color?", ko: "어떤 색인가요?"}
    choices:
      - {id: red, label: {en: Red, ko: 빨강}, go: shake}
      - {id: blue, label: {en: Blue, ko: 파랑}, go: start}
  - {id: host, text: {en: "Which host?", ko: "어떤 호스트인가요?"}, slot: HostName}
steps:
  items:
    - {id: shake, title: {en: Shake it, ko: 흔드세요}, do: {en: Shake., ko: 흔듭니다.}}
    - {id: start, title: {en: Start it, ko: 시작하세요}, do: {en: "Start it on {HostName}.", ko: "{HostName}에서 시작합니다."}}
`
	collects = `
script: |-
  & {
    '--- mabs facts 1 ---'
    'host-name: ' + $env:COMPUTERNAME
    'omega-version: ' + (Get-Item x).VersionInfo.FileVersion
    'pump-state: ' + (Get-Service pump).Status
    'pump-color: none'
    'last-event: none'
    '--- end ---'
  }
lines:
  - {key: host-name, name: {en: host, ko: 호스트}}
  - {key: omega-version, name: {en: Omega, ko: 오메가}}
  - {key: pump-state, name: {en: pump, ko: 펌프}}
  - {key: pump-color, name: {en: color, ko: 색}}
  - {key: last-event, name: {en: last event, ko: 마지막 이벤트}, takes: event}
answers:
  - {fact: version, choice: v3, if: [{key: omega-version, from: "3", below: "4"}]}
  - {fact: version, choice: v4, if: [{key: omega-version, from: "4"}]}
  - {slot: HostName, value: host-name, if: [{key: omega-version, from: "1"}]}
  - {entry: zeta-stops, question: state, choice: up, if: [{key: pump-state, is: [Running]}]}
  - {entry: zeta-stops, question: state, choice: down, if: [{key: pump-state, is: [Stopped]}]}
  - {entry: zeta-stops, question: color, choice: blue, if: [{key: pump-color, is: [blue]}]}
`
	zetaHalted = "The zeta pump halted without a reason on FS-11. (ID 90013)"
)

func collectorBase(t *testing.T) *kb.Base {
	t.Helper()
	base, err := kb.Load(kb.Layer{Name: "test", FS: fstest.MapFS{
		"omega-stops.yaml": {Data: []byte(omega)}, "zeta-stops.yaml": {Data: []byte(zeta)},
		"_shared/facts.yaml": {Data: []byte(triage)}, "_shared/collector.yaml": {Data: []byte(collects)},
		"_shared/slots.yaml": {Data: []byte("- {name: ServerName, label: {en: server, ko: 서버}, takes: server}\n- {name: HostName, label: {en: host, ko: 호스트}, takes: server}\n")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// printed returns an output with the given lines.
func printed(lines string) string {
	return "--- mabs facts 1 ---\n" + lines + "\n--- end ---"
}

// TestCollectorInConversations says what people say, and the words that the last
// answer has, or with a ! in front has not.
func TestCollectorInConversations(t *testing.T) {
	const v4, stopped, all = "omega-version: 4.1.0.0", "pump-state: Stopped", "host-name: BK1\nomega-version: 4.1.0.0\npump-state: Stopped\npump-color: blue"
	for _, tt := range []struct {
		name  string
		says  []string
		wants []string
	}{
		{"offered at a question", []string{zetaHalted}, []string{"[Read it with PowerShell]"}},
		{"offered at a fact", []string{omegaStopped, "didn't help"}, []string{"[Read it with PowerShell]"}},
		{"not offered at a step", []string{omegaStopped}, []string{"!PowerShell"}},
		{"shown", []string{zetaHalted, "Read it with PowerShell"}, []string{"$ powershell & {", "'--- end ---'", "changes nothing", "$names"}},
		{"asked for", []string{zetaHalted, "can I check that with powershell?"}, []string{"$ powershell & {"}},
		{"asked for in Korean", []string{zetaHalted, "파워셸로 볼 수 있나요?"}, []string{"$ powershell & {"}},
		{"not asked for", []string{zetaHalted, "no powershell here, sorry"}, []string{"!& {"}},
		{"explained", []string{zetaHalted, "what do you mean?"}, []string{"Read it with PowerShell"}},
		{"answers a question", []string{zetaHalted, printed(stopped)}, []string{"I read: pump Stopped.", "? Which color?", "!PowerShell"}},
		{"answers all questions", []string{zetaHalted, printed(all)}, []string{"I read: Omega four, host BK1, Omega 4.1.0.0, pump Stopped, color blue.", "# Start it", "`BK1`"}},
		{"answers a fact", []string{omegaStopped, "didn't help", printed(v4)}, []string{"I read: Omega four, Omega 4.1.0.0.", "# Empty the second log", "Four keeps a second log."}},
		{"answers a value", []string{zetaHalted, "off", "blue", printed(v4 + "\nhost-name: BK1")}, []string{"# Start it", "`BK1`"}},
		{"not a value", []string{zetaHalted, "off", "blue", printed(v4 + "\nhost-name: a b!")}, []string{"? Which host?"}},
		{"on a step", []string{omegaStopped, printed(v4)}, []string{"I read: Omega four", "!# Empty"}},
		{"on a step, then", []string{omegaStopped, printed(v4), "didn't help"}, []string{"# Empty the second log"}},
		{"kept for another error", []string{omegaStopped, printed(all), zetaHalted}, []string{"From the server: It is off.", "From the server: Blue.", "# Start it", "`BK1`"}},
		{"not for another server", []string{omegaStopped, printed(all), strings.ReplaceAll(zetaHalted, "FS-11", "FS-77")}, []string{"? Does the pump run?", "[Read it with PowerShell]"}},
		{"in two parts", []string{zetaHalted, printed("pump-state: Stopped\nhost-name: BK1"), printed("pump-color: blue\nomega-version: 4")}, []string{"# Start it", "`BK1`"}},
		{"of two servers", []string{zetaHalted, printed("host-name: BK1\npump-state: Stopped\nomega-version: 4"), printed("host-name: BK2\npump-color: blue"), "get a person"}, []string{"Read on the server | host BK2, color blue", "!Stopped"}},
		{"in a list", []string{zetaHalted, "here:\n• " + strings.ReplaceAll(printed(all), "\n", "\n• ")}, []string{"# Start it"}},
		{"without an answer", []string{zetaHalted, printed(v4)}, []string{"I read: Omega four", "It does not answer this question", "? Does the pump run?", "!PowerShell"}},
		{"cut before the answer", []string{zetaHalted, "--- mabs facts 1 ---\nomega-version: 4.1.0.0"}, []string{"not complete", "? Does the pump run?"}},
		{"cut after the answer", []string{zetaHalted, "--- mabs facts 1 ---\npump-state: Stopped"}, []string{"I read: pump Stopped.", "? Which color?", "!not complete"}},
		{"edited", []string{zetaHalted, printed("pump-state is Stopped, promised\npump-color: blue")}, []string{"I read: color blue.", "? Does the pump run?"}},
		{"a value nobody knows", []string{zetaHalted, printed("pump-state: Paused")}, []string{"I read: pump Paused.", "? Does the pump run?"}},
		{"nothing in it", []string{zetaHalted, printed("(access denied)")}, []string{"I can't read anything in that.", "? Does the pump run?"}},
		{"the command itself", []string{zetaHalted, strings.TrimSpace(strings.Split(collects, "lines:")[0])}, []string{"I can't read anything in that."}},
		{"back", []string{zetaHalted, printed(all), "back"}, []string{"? Which color?"}},
		{"back twice", []string{zetaHalted, printed(all), "back", "back"}, []string{"? Does the pump run?"}},
		{"back and other", []string{zetaHalted, printed(all), "back", "back", "it runs"}, []string{"# Shake it"}},
		{"corrected", []string{zetaHalted, printed(all), "no wait, back, it is red"}, []string{"Changed: Red", "# Shake it"}},
		{"restarted", []string{zetaHalted, printed(all), "start over"}, []string{"# Start it"}},
		{"restarted after another answer", []string{zetaHalted, printed(all), "back", "red", "start over"}, []string{"? Which color?"}},
		{"in the summary", []string{zetaHalted, printed(all + "\nlast-event: 2026-11-29 23:10 90011 Omega: It stopped."), "get a person"},
			[]string{"| Version | Omega four", "| Read on the server | host BK1, Omega 4.1.0.0, pump Stopped, color blue, last event 2026-11-29 23:10 90011 Omega: It stopped."}},
		{"while a person is on the way", []string{zetaHalted, "get a person", printed(all)}, []string{"I read:", "Noted for the person"}},
		{"after the fix", []string{zetaHalted, printed(all), "fixed", printed(stopped)}, []string{"I read: pump Stopped."}},
		{"with another error", []string{zetaHalted, omegaStopped + "\n" + printed(all)}, []string{"# Omega stops", "I read: Omega four", "!You said", "# Empty the log"}},
		{"with the same error", []string{zetaHalted, zetaHalted + "\n" + printed(all)}, []string{"# Start it"}},
		{"first", []string{printed(all)}, []string{"I read: Omega four", "paste the error"}},
		{"first, then the error", []string{printed(all), zetaHalted}, []string{"# Start it", "From the server: Blue."}},
		{"first, with a known event", []string{printed(all + "\nlast-event: 2026-11-29 23:10 90013 Zeta: " + zetaHalted)}, []string{"# Zeta stops", "I read:", "# Start it"}},
		{"first, with the number of an event", []string{printed("omega-version: 4.1\nlast-event: 2026-11-29 23:10 90013 Zeta: ")}, []string{"# Zeta stops", "? Does the pump run?"}},
		{"first, with an unknown event", []string{printed("omega-version: 4.1\nlast-event: 2026-11-29 23:10 77 Zeta: Unheard of.")}, []string{"I read:", "paste the error"}},
		{"which of two", []string{zetaHalted, printed(all + "\nlast-event: 2026-11-29 23:10 90011 Omega: " + omegaStopped)}, []string{"# Start it", "!# Omega stops"}},
		{"in Korean", []string{zetaHalted, "뭘 물어보시는 건가요?", printed(all)}, []string{"확인한 내용: 오메가 사, 호스트 BK1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			said := conversation(t, collectorBase(t), tt.says...)
			last := said[len(said)-1]
			for _, want := range tt.wants {
				if words, not := strings.CutPrefix(want, "!"); strings.Contains(last, words) == not {
					t.Errorf("want %q in\n%s", want, last)
				}
			}
		})
	}
}

// TestCollectorInChannels checks that an output in a channel is answered only if
// it is for the bot.
func TestCollectorInChannels(t *testing.T) {
	event := printed("omega-version: 4.1\nlast-event: 2026-11-29 23:10 90013 Zeta: " + zetaHalted)
	for _, tt := range []struct {
		name string
		m    bot.Message
		want string
	}{
		{"in a channel", bot.Message{Text: event}, ""},
		{"in a thread", bot.Message{Text: event, Head: bot.Head{Thread: bot.Thread{Root: "r1"}}, InThread: true}, ""},
		{"of a bot", bot.Message{Text: printed("omega-version: 4.1"), Head: bot.Head{From: bot.User{ID: "B1", Bot: true}}}, ""},
		{"with a mention", bot.Message{Text: event, Addressed: true}, "# Zeta stops"},
		{"with a mention, no event", bot.Message{Text: printed("omega-version: 4.1"), Addressed: true}, "paste the error"},
		{"after the command", bot.Message{Text: strings.ReplaceAll(event, "\n", " "), Command: true, Head: bot.Head{Thread: bot.Thread{Root: bot.CommandRoot + "1"}}}, "# Zeta stops"},
		{"after the command, no event", bot.Message{Text: printed("omega-version: 4.1"), Command: true, Head: bot.Head{Thread: bot.Thread{Root: bot.CommandRoot + "1"}}}, "paste the error"},
		{"with the error", bot.Message{Text: omegaStopped + "\n" + printed("omega-version: 4.1")}, "I read: Omega four"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := runOn(t, collectorBase(t), testLocales(t))
			tt.m.ID, tt.m.Thread.Adapter, tt.m.Thread.Channel = "m1", "test", "C1"
			if tt.m.Thread.Root == "" {
				tt.m.Thread.Root = "m1"
			}
			if tt.m.From.ID == "" {
				tt.m.From = alex
			}
			var said strings.Builder
			for _, p := range f.handle(t, tt.m) {
				said.WriteString(bottest.Text(p.Reply))
			}
			if got := said.String(); (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("want %q in\n%s", tt.want, got)
			}
		})
	}
}
