package match

import (
	"slices"
	"strings"
)

// What announces a code is a closed list of the shapes in which these products
// print one:
//
//	(ID: 3106)   ID 3106   AlertID: 3106      strong
//	[0x29834]    <0x29834>   #0x29834         strong, by the mark of the number
//	error 3106   error code 3106   오류 3106   medium, as are code, alert, 코드 and 경고
//	3106 error   3106번 오류                   medium
//	event 3106   Event ID: 3106               medium, if a source of DPM's events is near
//	Replica is inconsistent (3106)            medium
//
// The same words announce other things, too: a task ID, an exit code, an HTTP
// error. Such a number is an identifier that we do not know, and says nothing
// for or against an error.

// announcement returns how strongly a word announces a code after it.
func announcement(w string) codeStrength {
	const longest = 10 // bytes; spares longer words the comparison
	if len(w) > longest {
		return 0
	}
	switch strings.ToLower(w) {
	case "id", "ids":
		return strongCode
	case "error", "err", "code", "codes", "alert", "오류", "에러", "코드", "경고", "erro", "fehler", "erreur", "event", "번호":
		return mediumCode
	}
	return 0
}

// announcer returns how strongly the word that ends with token i announces a
// code after it. ok is false if it is no announcement.
func announcer(s string, tokens []token, i int) (strength codeStrength, ok bool) {
	if announcement(lastWord(s, tokens, i)) == 0 && !isEvent(s, tokens, i) {
		return 0, false
	}
	return announcedBy(s, tokens, i), true
}

// announcedBy returns the strength of the code that the word at token i
// announces, given the words before it, or 0 if it announces something else.
func announcedBy(s string, tokens []token, i int) codeStrength {
	word := strings.ToLower(lastWord(s, tokens, i))
	strength := announcement(word)
	before, joined := wordBefore(s, tokens, i)
	switch {
	case isEvent(s, tokens, i):
		return eventStrength(s, tokens, i, bareCode)
	case strength == strongCode && isEvent(s, tokens, previous(s, tokens, i)):
		return eventStrength(s, tokens, i, 0)
	case strength == strongCode && joined && announcement(before) == 0:
		return 0 // ChangeId
	case strength == strongCode && identified.has(before):
		return 0
	case word == "번호" && announcement(before) != mediumCode:
		return bareCode // a number of anything
	case strength == mediumCode && otherErrors.has(before):
		return 0
	}
	return strength
}

// lastWord returns the word token at i, or the last two syllables up to it.
func lastWord(s string, tokens []token, i int) string {
	return s[tokens[firstToken(tokens, i)].from:tokens[i].to]
}

// firstToken returns the first token of the word that ends with token i, of
// which only the last two syllables count.
func firstToken(tokens []token, i int) int {
	if i > 0 && tokens[i].kind == syllableToken && tokens[i-1].kind == syllableToken && tokens[i-1].to == tokens[i].from {
		return i - 1
	}
	return i
}

// previous returns the last token of the word before the one that ends with
// token i, or -1 if more than a space or a colon separates them.
func previous(s string, tokens []token, i int) int {
	first := firstToken(tokens, i)
	if first == 0 || len(strings.Trim(s[tokens[first-1].to:tokens[first].from], " :_")) > 0 {
		return -1
	}
	return first - 1
}

// wordBefore returns the word before the one that ends with token i, in lower
// case, and whether they are one compound.
func wordBefore(s string, tokens []token, i int) (word string, joined bool) {
	k := previous(s, tokens, i)
	if k < 0 {
		return "", false
	}
	from := k
	for tokens[from].kind == syllableToken && from > 0 && tokens[from-1].kind == syllableToken && tokens[from-1].to == tokens[from].from {
		from--
	}
	return strings.ToLower(s[tokens[from].from:tokens[k].to]), tokens[firstToken(tokens, i)].glued
}

// identified are things that have an ID or a number of their own.
var identified = newWordEnds(`account activity address agent asset backup batch bios bus case change channel client
cluster component computer container correlation customer data database device directory disk document driver execution
file group guest hardware host image incident instance inquiry invoice item job key line log logon machine mailbox
member message model module node object operation order package page partition patch policy port process product
project provider query queue record recovery region request resource role rule run scan schedule serial server service
session set share site snapshot source subscription system table target task tenant thread ticket token trace
transaction update user vault vendor version virtual vm volume worker writer zone`, `계정 객체 개체 고객 구독 그룹 기기 노드
대상 디바이스 디스크 레코드 리소스 머신 메일 문서 볼륨 변경 사용자 서버 서비스 세션 스냅샷 스레드 요청 원본 인스턴스 작업 장치 장비
저장소 정책 주문 클러스터 테넌트 트랜잭션 티켓 포트 프로세스 항목 활동 회원`)

// otherErrors are systems that have errors and codes of their own, and other
// codes.
var otherErrors = newWordEnds(`area bar bsod com country cpu curl dns exit ftp http https iis java kerberos kernel language
ldap linux msi mysql net odbc ora oracle postal process promo qr reason response result return sap smb smtp socket sql
ssh ssl status stop tcp tls vcenter win32 winsock wmi zip`, `결과 국가 바 레 반환 상태 언어 우편 응답 이유 종료`)

// wordEnds are English words, and Korean ones with which a longer word may end.
type wordEnds struct {
	words map[string]bool
	ends  []string
}

func newWordEnds(english, korean string) wordEnds {
	w := wordEnds{words: map[string]bool{}, ends: strings.Fields(korean)}
	for word := range strings.FieldsSeq(english) {
		w.words[word] = true
	}
	return w
}

func (w wordEnds) has(word string) bool {
	return w.words[word] || slices.ContainsFunc(w.ends, func(end string) bool { return strings.HasSuffix(word, end) })
}

// isEvent reports whether the word that ends with token i is "event".
func isEvent(s string, tokens []token, i int) bool {
	if i < 0 {
		return false
	}
	if tokens[i].kind != syllableToken {
		return strings.EqualFold(s[tokens[i].from:tokens[i].to], "event")
	}
	return strings.HasSuffix(s[:tokens[i].to], "이벤트")
}

// eventStrength returns the strength of the ID of an event: it is a code if a
// source of these products is near, and else what the caller says.
func eventStrength(s string, tokens []token, i int, foreign codeStrength) codeStrength {
	if nearEventSource(s, tokens, i) {
		return mediumCode
	}
	return foreign
}

// nearEventSource reports whether a source of events of these products is near
// token i, as in the Event Viewer:
//
//	Log Name: DPM Alerts
//	Source: DPM-EM
//	Date: 11/2/2026 3:15:22 AM
//	Event ID: 3106
func nearEventSource(s string, tokens []token, i int) bool {
	const lines = 24       // tokens: the four lines above
	const longestNext = 12 // bytes of the word after the name
	for k := max(0, i-lines); k < min(len(tokens), i+lines); k++ {
		switch strings.ToLower(s[tokens[k].from:tokens[k].to]) {
		case "msdpm", "dpmra", "dpmac", "cloudbackup":
			return true
		case "dpm", "mabs":
			next := strings.ToLower(strings.TrimLeft(s[tokens[k].to:min(len(s), int(tokens[k].to)+longestNext)], " -"))
			isNext := func(word string) bool { return strings.HasPrefix(next, word) }
			before, _ := wordBefore(s, tokens, k)
			if slices.ContainsFunc([]string{"em", "alert", "event", "경고", "이벤트"}, isNext) || before == "source" || before == "원본" {
				return true
			}
		}
	}
	return false
}

// errorAfter reports whether a word for "error" follows the number at token i,
// as in Korean.
func errorAfter(s string, tokens []token, i int) bool {
	next := i + 1
	if next < len(tokens) && s[tokens[i].to:tokens[next].to] == "번" {
		next++
	}
	if next >= len(tokens) || len(strings.Trim(s[tokens[next-1].to:tokens[next].from], " ")) > 0 {
		return false
	}
	to := tokens[next].to
	if tokens[next].kind == syllableToken && next+1 < len(tokens) && tokens[next+1].kind == syllableToken {
		to = tokens[next+1].to
	}
	word := strings.ToLower(s[tokens[next].from:to])
	return word != "번호" && word != "event" && announcement(word) == mediumCode
}

// Numbers in parentheses that are more likely to be years, or counts.
const (
	minInParentheses = 100
	firstYear        = 1980
	lastYear         = 2040
)

// inParentheses reports whether the number at token i is alone in parentheses
// after a word, as at the end of an alert's title. An HRESULT is no code, and a
// number that Windows or HTTP gives an error is not one of these products.
func inParentheses(s string, tokens []token, i int, c code) bool {
	t := tokens[i]
	if i == 0 || tokens[i-1].kind == numberToken || t.newLine || c < minInParentheses || c >= firstYear && c <= lastYear {
		return false
	}
	before, after := strings.TrimRight(s[:t.from], " "), strings.TrimLeft(s[t.to:], " ")
	return strings.HasSuffix(before, "(") && strings.HasPrefix(after, ")")
}
