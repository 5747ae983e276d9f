package match_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mabsbot/kb"
	"mabsbot/kb/match"
)

// Harmless text around a message or a code must not take its answer away, and
// never replace it by another one.

// A carrier is harmless text around a message.
type carrier struct {
	name          string
	before, after string
	prefix        string // of each line of the message
}

// carriers are in English and Korean, one of each kind. They name none of the
// products and report no error.
var carriers = []carrier{
	{"greeting", "Good morning everybody,\n", "\nThanks a lot!", ""},
	{"인사", "안녕하세요,\n", "\n감사합니다!", ""},
	{"greeting in the line", "Hi all, ", " Thanks!", ""},
	{"인사와 같은 줄", "수고하십니다. ", " 고맙습니다.", ""},
	{"story", "We moved to the new rack on Sunday and all was well for a day. This morning the phones began to ring, and my colleague is on vacation.\n",
		"\nWe had lunch first and came back an hour later. It looked the same on both screens. Where would you look next?", ""},
	{"사연", "일요일에 새 랙으로 옮겼고 하루는 잘 돌아갔습니다. 오늘 아침부터 전화가 계속 오는데 담당자는 휴가 중입니다.\n",
		"\n점심을 먹고 한 시간 뒤에 다시 봤습니다. 화면은 두 대 모두 같습니다. 다음에는 어디를 보면 될까요?", ""},
	{"story in the line", "It is quarter end and my manager asks every hour. ", " I have not touched anything since Friday. What now?", ""},
	{"같은 줄의 사연", "분기 마감이라 팀장님이 한 시간마다 물어보십니다. ", " 금요일 이후로는 아무것도 만지지 않았습니다. 어떻게 하죠?", ""},
	{"signature", "", "\n\n--\nMaria Lindgren\nInfrastructure, Northwind Traders\nTel. +46 8 555 0142, ext. 3110", ""},
	{"서명", "", "\n\n--\n박민지 드림\n인프라운영팀 | 한빛상사\n전화 02-555-0142, 내선 3110", ""},
	{"log", "2026-11-02 03:14:07.221 1A2C 0F48 NORMAL Task 6f1b2c3d-7a88-4e0f-9b1c-0d9f3a5e7711 ChangeId : 52 Object Id: 0x7\n",
		"\n2026-11-02 03:14:09.870 1A2C 0F48 NORMAL Volume Id : 12 guid={A1B2C3D4-0001-4F5E-8899-AABBCCDDEEFF} pid=4711 tid=0x1f2c took 1180 ms", ""},
	{"로그", "[2026/11/02 오전 3:14:07] 정보 작업ID=6f1b2c3d-7a88-4e0f-9b1c-0d9f3a5e7711 요청ID: 40213 시작\n",
		"\n[2026/11/02 오전 3:14:09] 정보 세션ID=8831 PID 4711 소요 1180ms 종료", ""},
	{"mail", "From: Tomas Novak <tomas@northwind.example>\nSent: Monday, November 2, 2026 8:02 AM\nTo: it-help@northwind.example\nSubject: FW: please have a look [#20261102-17]\n\n",
		"\n\nKind regards\nTomas", ""},
	{"메일", "보낸 사람: 김도윤 <doyun@hanbit.example>\n보낸 날짜: 2026년 11월 2일 월요일 오전 8:02\n받는 사람: it-help@hanbit.example\n제목: FW: 확인 부탁드립니다 [#20261102-17]\n\n",
		"\n\n김도윤 드림", ""},
	{"reply", "> On Monday Tomas wrote:\n", "\nNo idea, sorry. Maybe somebody else knows?", "> "},
	{"답장", "> 월요일에 도윤 님이 쓴 글:\n", "\n저는 모르겠네요. 아시는 분 있나요?", "> "},
	{"list", "1. looked at the screen\n2. ", "\n3. called my colleague", ""},
	{"목록", "- 화면을 봤습니다\n- ", "\n- 동료에게 전화했습니다", ""},
	{"quotation", "The window says \"", "\" and has one button.", ""},
	{"인용", "창에 \"", "\" 이라고 나오고 버튼은 하나입니다.", ""},
	{"code block", "this is all I see:\n```\n", "\n```\nwhere do I look?", ""},
	{"코드 블록", "보이는 건 이게 전부입니다:\n```\n", "\n```\n어디를 봐야 하나요?", ""},
}

// places are where a carrier may be.
var places = []string{"before", "after", "around"}

// put puts a text into the carrier.
func (c carrier) put(text, place string) string {
	text = c.prefix + strings.ReplaceAll(text, "\n", "\n"+c.prefix)
	if place != "after" {
		text = c.before + text
	}
	if place != "before" {
		text += c.after
	}
	return text
}

// A saying is a text and how it is called in a report.
type saying struct{ name, text string }

// messagesOf returns all messages of an entry with names in their slots.
func messagesOf(e *kb.Entry) []saying {
	var all []saying
	rng := rand.New(rand.NewPCG(11, 12))
	for _, m := range e.Messages {
		for _, text := range m.Texts {
			all = append(all, saying{e.ID + " " + m.Lang, match.Filled(rng, text)})
		}
	}
	return all
}

// announcedCodes returns the codes of an entry in the products' shapes.
func announcedCodes(e *kb.Entry) []saying {
	var all []saying
	for _, code := range e.Codes {
		for _, shape := range shapesOf(code) {
			all = append(all, saying{e.ID + " code", shape})
		}
	}
	return all
}

// shapesOf returns the shapes in which the products print a code.
func shapesOf(code string) []string {
	n, err := strconv.ParseUint(code, 0, 32)
	if err != nil {
		return nil
	}
	return []string{
		fmt.Sprintf("(ID: %d)", n), fmt.Sprintf("ID %d", n), fmt.Sprintf("ID: %d", n), fmt.Sprintf("AlertID: %d", n),
		fmt.Sprintf("Error %d", n), fmt.Sprintf("error code: %d", n), fmt.Sprintf("오류 %d", n), fmt.Sprintf("오류 코드: %d", n), fmt.Sprintf("%d번 오류", n),
		fmt.Sprintf("[0x%X]", n), fmt.Sprintf("Source: DPM-EM, Event ID: %d", n),
	}
}

// TestCarriers puts each message and each announced code of each entry that is
// an answer alone into carriers. At most 1 in 100 may be lost: the stories in the
// same line make another sentence of a message of two words. With -short, it uses
// a third of the carriers.
func TestCarriers(t *testing.T) {
	b := builtinBase(t)
	for kind, sayings := range map[string]func(*kb.Entry) []saying{"messages": messagesOf, "codes": announcedCodes} {
		t.Run(kind, func(t *testing.T) {
			c := carrying{base: b, lost: map[string]int{}, lostIn: map[string]int{}}
			for _, e := range b.Entries() {
				for _, s := range sayings(e) {
					c.carry(t, s)
				}
			}
			t.Logf("%d of %d are sure alone; of %d in carriers %d are lost, %d become another answer", c.sure, c.sayings, c.carried, c.losses, c.others)
			for _, name := range sortedByCount(c.lost) {
				t.Logf("lost %d: %s", c.lost[name], name)
			}
			for _, name := range sortedByCount(c.lostIn) {
				t.Logf("lost %d in %s", c.lostIn[name], name)
			}
			if c.losses*100 > c.carried {
				t.Errorf("%d of %d are lost, more than 1 in 100", c.losses, c.carried)
			}
		})
	}
}

// carrying counts what becomes of sayings in carriers.
type carrying struct {
	base                                   *kb.Base
	sayings, sure, carried, losses, others int
	lost, lostIn                           map[string]int
}

// carry puts a saying into carriers, if it is an answer alone.
func (c *carrying) carry(t *testing.T, s saying) {
	t.Helper()
	alone := c.base.Match(s.text)
	c.sayings++
	if alone.Band != match.Sure {
		return
	}
	c.sure++
	for i, carrier := range carriers {
		for k, place := range places {
			if testing.Short() && (c.sayings+i+k)%len(places) != 0 {
				continue
			}
			text := carrier.put(s.text, place)
			if text == s.text {
				continue
			}
			c.carried++
			r := c.base.Match(text)
			switch {
			case r.Band != match.Sure:
				c.losses++
				c.lost[fmt.Sprintf("%s: %q", s.name, s.text)]++
				c.lostIn[carrier.name+" "+place]++
			case r.Hits[0].Entry != alone.Hits[0].Entry:
				c.others++
				t.Errorf("%s, %s %s: %s instead of %s: %q", s.name, carrier.name, place, r.Hits[0].Entry.ID, alone.Hits[0].Entry.ID, text)
			}
		}
	}
}

func sortedByCount(counts map[string]int) []string {
	var names []string
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	return names
}

// TestAnnouncedCodes checks that an announced code does no worse than a bare one.
func TestAnnouncedCodes(t *testing.T) {
	b := builtinBase(t)
	for _, e := range b.Entries() {
		texts := []string{"%s", "it shows %s since today", "the backup says %s, any idea?", "오늘부터 %s 나옵니다", "백업이 %s 뜨고 안 됩니다"}
		for _, m := range messagesOf(e) {
			texts = append(texts, strings.ReplaceAll(m.text, "%", "%%")+" %s")
		}
		for _, code := range e.Codes {
			n, err := strconv.ParseUint(code, 0, 32)
			if err != nil {
				continue
			}
			for _, text := range texts {
				bare := b.Match(fmt.Sprintf(text, strconv.FormatUint(n, 10)))
				for _, shape := range shapesOf(code) {
					r := b.Match(fmt.Sprintf(text, shape))
					if r.Band < bare.Band || r.Band == match.Sure && bare.Band == match.Sure && r.Hits[0].Entry != bare.Hits[0].Entry {
						t.Errorf("%q: %s, with the bare code %s", fmt.Sprintf(text, shape), summary(r), summary(bare))
					}
				}
			}
		}
	}
}

func summary(r kb.Result) string {
	if r.Band == match.Silent {
		return "silent"
	}
	return r.Band.String() + " " + r.Hits[0].Entry.ID
}
