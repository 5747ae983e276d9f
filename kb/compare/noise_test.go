package compare

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/lithammer/fuzzysearch/fuzzy"
)

// A noise is a change to a message on its way into a channel.
type noise struct {
	name string
	add  func(rng *rand.Rand, message string) string
}

// noises are changes made by people, by monitoring programs and by screenshots.
// The matcher was fitted on noises of the same kinds with other words, names
// and typos (../match/noise_test.go).
func noises() []noise {
	return []noise{
		{"talk", talk},
		{"alert", alert},
		{"scan", scan},
		{"quote", quote},
		{"upper", func(_ *rand.Rand, s string) string { return strings.ToUpper(s) }},
		{"talk+scan", func(rng *rand.Rand, s string) string { return talk(rng, scan(rng, s)) }},
		{"talk+quote", func(rng *rand.Rand, s string) string { return talk(rng, quote(rng, s)) }},
		{"alert+upper", func(rng *rand.Rand, s string) string { return alert(rng, strings.ToUpper(s)) }},
	}
}

func pickOne[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

// filled replaces each slot by a name.
func filled(rng *rand.Rand, s string) string {
	return slotMark.ReplaceAllStringFunc(s, func(string) string { return name(rng) })
}

func name(rng *rand.Rand) string {
	return pickOne(rng, []string{
		fmt.Sprintf("BKP-%02d", rng.IntN(100)), fmt.Sprintf("host%d.fabrikam.example", rng.IntN(50)), fmt.Sprintf("192.0.2.%d", rng.IntN(255)),
		"F:\\", "G:\\Shares\\Finance", "HR archive", "mail-db-2", "\\\\nas3\\vol1", "ERP_PROD",
	})
}

// leastWords is how many words of a message are kept at least: with fewer, even
// people only guess.
const leastWords = 5

// cut keeps 60 to 100 percent of the words, from the beginning or the end, and
// no fewer than leastWords. A message in a script without spaces is kept whole.
func cut(rng *rand.Rand, s string) string {
	words := strings.Fields(s)
	k := len(words) * (60 + rng.IntN(41)) / 100
	fromEnd := rng.IntN(2) == 0
	for ; k < len(words); k++ {
		kept := words[:k]
		if fromEnd {
			kept = words[len(words)-k:]
		}
		if part := strings.Join(kept, " "); len(strings.Fields(bareWords(part))) >= leastWords {
			return part
		}
	}
	return s
}

// talk adds what people write before and after.
func talk(rng *rand.Rand, s string) string {
	before := []string{
		"Hey folks, quick one. Monday's run on two of our boxes ended with this:\n\n",
		"can someone take a look please? ",
		"Guten Morgen / good morning! A customer sent me the following: ",
		"new ticket from the night shift -> ",
		"I was about to go home and then it said ",
	}
	after := []string{
		"", "\n\nNot urgent but my boss keeps asking.", "\nno idea where to begin, google did not tell much",
		" ... what now??", "\nIt is a physical machine, the firmware is current. Cheers, Tom",
	}
	if strings.ContainsFunc(s, func(r rune) bool { return '가' <= r && r <= '힣' }) {
		before = []string{"안녕하세요, 어젯밤부터 이런 게 떠요:\n", "혹시 이거 보신 분 계신가요? ", "고객사에서 받은 내용입니다. ", "급합니다ㅠㅠ "}
		after = []string{"", "\n어디부터 봐야 할까요?", "\n재부팅은 해 봤습니다. 감사합니다", " 라고 하는데 도와주세요"}
	}
	return pickOne(rng, before) + s + pickOne(rng, after)
}

// alert wraps a message in the mail of a monitoring program.
func alert(rng *rand.Rand, s string) string {
	return fmt.Sprintf("Subject: [PROBLEM] %s\nSent: 2026-10-%02d 0%d:%02d:%02d UTC\n\nHost: %s\nState: CRITICAL since %d min\nOutput: %s\nTicket: INC%07d\n-- \nThis mail was sent automatically.\n",
		name(rng), 1+rng.IntN(30), rng.IntN(9), rng.IntN(60), rng.IntN(60), name(rng), 1+rng.IntN(90), s, rng.IntN(1e7))
}

// scan replaces letters by similar ones, as text recognition of a screenshot
// does, and loses or adds a space here and there: about six errors in 100
// letters that can be misread.
func scan(rng *rand.Rand, s string) string {
	looks := map[rune]string{
		'l': "I", 'I': "l", '1': "l", 'O': "0", '0': "O", 'o': "c", 'c': "e", 'e': "c", 'S': "5", 'B': "8", 'Z': "2",
		'm': "rn", 'w': "vv", 'd': "cl", 'n': "ri", 'h': "b", 'u': "ii", 't': "f", 'i': "!", ',': ".", '.': ",",
	}
	const share = 0.06
	var b strings.Builder
	for _, r := range s {
		slips := rng.Float64() < share
		switch other, ok := looks[r]; {
		case slips && ok:
			b.WriteString(other)
		case slips && r == ' ':
		case slips && rng.IntN(4) == 0:
			b.WriteRune(r)
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

var aLine = regexp.MustCompile(`.{1,48}(?:\s|$)|\S+`)

// quote wraps a message as mail programs and terminals do, with a mark before
// each line.
func quote(rng *rand.Rand, s string) string {
	mark := pickOne(rng, []string{"> ", "> > ", "│ ", "\t", "# "})
	var b strings.Builder
	for _, line := range aLine.FindAllString(s, -1) {
		b.WriteString(mark + strings.TrimSpace(line) + "\n")
	}
	return b.String()
}

// TestNoises checks that only a scan changes the words of a message, and that
// it changes few letters.
func TestNoises(t *testing.T) {
	const slips = 12 // in 100 letters; some errors change two
	rng := rand.New(rand.NewPCG(1, 1))
	for _, m := range messages(builtin(t).base) {
		text := filled(rng, m.text)
		for _, n := range noises() {
			got := n.add(rng, text)
			if !strings.Contains(n.name, "scan") && !strings.Contains(bareWords(got), bareWords(text)) {
				t.Errorf("%s: %q does not contain %q", n.name, got, text)
			}
		}
		if got := scan(rng, text); len(text) > 200 && fuzzy.LevenshteinDistance(text, got)*100 > slips*len(text) {
			t.Errorf("scan: %q is far from %q", got, text)
		}
	}
}

// TestCut checks that what is left is the beginning or the end, with at least
// five words.
func TestCut(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, s := range []string{"one two three", "a b <Disk> <Server> c d <Volume> e f", "1 2 3 4 5 6 7 8 9 10 11 12", "源卷快照失败，因为数据源副本不一致。"} {
		shorter := false
		for range 200 {
			got := cut(rng, s)
			shorter = shorter || got != s
			if !strings.HasPrefix(s, got) && !strings.HasSuffix(s, got) {
				t.Errorf("%q is not an end of %q", got, s)
			}
			if n := len(strings.Fields(bareWords(got))); got != s && n < leastWords {
				t.Errorf("%q has %d words", got, n)
			}
		}
		if long := len(strings.Fields(bareWords(s))) > leastWords; shorter != long {
			t.Errorf("%q was cut: %t, want %t", s, shorter, long)
		}
	}
}
