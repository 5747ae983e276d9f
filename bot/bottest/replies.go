package bottest

import (
	"strings"

	"mabsbot/bot"
)

// Replies returns replies that every adapter must be able to show, by name.
// Together they have every kind of block and typical pasted content.
func Replies() map[string]bot.Reply {
	button := bot.Button{Action: bot.ActionNext, Entry: "an-entry", Revision: "abcd", Step: "first"}
	long := strings.Repeat("아주 긴 문장입니다. A very long sentence. ", 200)
	return map[string]bot.Reply{
		"step": {Lang: "en", Blocks: []bot.Block{
			{Kind: bot.BlockHeading, Text: "Let the coordinator through the firewall"},
			{Kind: bot.BlockProgress, Text: "Step 1 of 4", Number: 1, Of: 4},
			{Kind: bot.BlockQuote, Text: "The agent operation failed because of a communication error"},
			{Kind: bot.BlockWarning, Text: "Restarts the service."},
			{Kind: bot.BlockText, Text: "Run it on FS-11 in an elevated prompt.\nThen push the agent again, and look at `dpmac.exe`."},
			{Kind: bot.BlockTable, Rows: [][]string{{"Daily", "7 days"}, {"Monthly", "3 months"}}},
			{Kind: bot.BlockCopy, Shell: "cmd", Text: `netsh advfirewall firewall add rule name="dpmac" dir=in action=allow program="C:\Program Files\dpmac.exe"`},
			{Kind: bot.BlockCopy, Text: `HKLM\SYSTEM\CurrentControlSet\Control\FileSystem`},
			{Kind: bot.BlockLink, Text: "Newest agent", URL: "https://aka.ms/azurebackup_agent"},
			{Kind: bot.BlockSteps, Items: []bot.Item{{Text: "One", State: bot.ItemTried}, {Text: "Two", State: bot.ItemCurrent}, {Text: "Three"}}},
			{Kind: bot.BlockSteps, Items: []bot.Item{{Text: "A chain", Number: "1"}, {Text: "Its step", State: bot.ItemTried, Number: "1.1"}, {Text: "Another", Number: "2"}}},
			{Kind: bot.BlockFolded, Text: "Other ways:", Items: []bot.Item{{Text: "By hand"}, {Text: "Another server"}}},
			{Kind: bot.BlockCheck, Label: "You should see:", Text: "The installation moves past `Connecting`."},
			{Kind: bot.BlockQuestion, Text: "Did that fix it?"},
			{Kind: bot.BlockChoices, Buttons: []bot.LabeledButton{
				{Label: "Fixed", Button: button, Primary: true}, {Label: "Didn't help → next", Button: button},
				{Label: "All steps", Button: bot.Button{Action: bot.ActionAll}, More: true}, {Label: "Get a person", Button: bot.Button{Action: bot.ActionPerson}, More: true},
			}},
			{Kind: bot.BlockThread, Text: "the thread", Thread: bot.Thread{Adapter: "test", Channel: "c", Root: "m1"}},
			{Kind: bot.BlockContext, Text: "Source: the article · entry an-entry, revision abcd", URL: "https://learn.microsoft.com/azure/backup/"},
		}},
		"digest": {Lang: "en", Blocks: []bot.Block{
			{Kind: bot.BlockHeading, Text: "The week from 2026-11-23 to 2026-11-29"},
			{Kind: bot.BlockTable, Rows: [][]string{{"Questions", "12 (week before: 9)"}, {"Answered with steps", "10 (week before: 9)"}, {"Not recognized", "2 (week before: 0)"}}},
			{Kind: bot.BlockText, Text: "Most asked errors:"},
			{Kind: bot.BlockSteps, Items: []bot.Item{{Text: "Replica is inconsistent · asked 7 · solved 5"}, {Text: "The disk is offline · asked 3 · came back 1"}}},
			{Kind: bot.BlockText, Text: "Open cases, waiting for a person: 1"},
			{Kind: bot.BlockThread, Text: "Case 12 · Replica is inconsistent · since 2026-11-25 · taken", Thread: bot.Thread{Adapter: "test", Channel: "c", Root: "m1"}},
			{Kind: bot.BlockText, Text: "Entries to check against their sources again: 2 (`disk-offline`, `replica`)"},
			{Kind: bot.BlockContext, Text: "Counted by days in UTC, without users."},
		}},
		"korean": {Lang: "ko", Blocks: []bot.Block{
			{Kind: bot.BlockHeading, Text: "월별 보존 기간을 3개월 이상으로 설정하세요"},
			{Kind: bot.BlockProgress, Text: "2단계 중 1단계", Number: 1, Of: 2},
			{Kind: bot.BlockTable, Rows: [][]string{{"일별", "7일"}, {"연도별", "1년"}, {"Weekly", "4주"}}},
			{Kind: bot.BlockChoices, Buttons: []bot.LabeledButton{{Label: "해결됨", Button: button}, {Label: "해결 안 됨 → 다음", Button: button}, {Label: "전체 단계", Button: button, More: true}, {Label: "담당자 연결", Button: button, More: true}}},
		}},
		"hostile": {Lang: "en", Blocks: []bot.Block{
			{Kind: bot.BlockHeading, Text: "<script>alert(1)</script> @everyone <!channel> *bold* _it_ ~x~ [a](https://b)"},
			{Kind: bot.BlockQuote, Text: "\x1b[31mred\x1b[0m <@U123> <https://evil|click> ```fence``` & &amp;"},
			{Kind: bot.BlockCopy, Shell: "powershell", Text: "Write-Host '```' ; # `tick`"},
			{Kind: bot.BlockChoices, Buttons: []bot.LabeledButton{{Label: "<b>@here</b>", Button: button}}},
		}},
		"long": {Lang: "ko", Blocks: []bot.Block{
			{Kind: bot.BlockText, Text: long},
			{Kind: bot.BlockCopy, Shell: "powershell", Text: strings.Repeat("Get-Service -Name obengine; ", 200)},
			{Kind: bot.BlockChoices, Buttons: []bot.LabeledButton{{Label: strings.Repeat("긴 단추 ", 40), Button: button}}},
		}},
	}
}
