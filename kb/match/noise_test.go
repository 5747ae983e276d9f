package match

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
)

// A noise is something that happens to a message on its way into a channel.
type noise struct {
	Name string
	Make func(rng *rand.Rand, message string) string
}

// noises are those of the catalog's pastes and others that people and programs
// make. Their words are not those of the dev questions.
var noises = []noise{
	{"exact", func(_ *rand.Rand, s string) string { return s }},
	{"talk", talk},
	{"log", logged},
	{"cut", func(rng *rand.Rand, s string) string { return cut(rng, s) }},
	{"slips", func(rng *rand.Rand, s string) string { return slips(rng, s, 0.06) }},
	{"dropped", dropped},
	{"talk+slips+cut", func(rng *rand.Rand, s string) string { return talk(rng, slips(rng, cut(rng, s), 0.04)) }},
	{"mail", mailed},
	{"scan", misscanned},
	{"quoted", quoted},
	{"upper", func(_ *rand.Rand, s string) string { return strings.ToUpper(s) }},
	{"talk+quoted", func(rng *rand.Rand, s string) string { return talk(rng, quoted(rng, s)) }},
	{"talk+scan", func(rng *rand.Rand, s string) string { return talk(rng, misscanned(rng, s)) }},
	{"mail+cut", func(rng *rand.Rand, s string) string { return mailed(rng, cutWords(rng, s)) }},
}

var slotNames = []string{"NODE-17", "fs01.corp.example", "D:\\", "SQL-B", "172.16.4.9", "C:\\Data\\x", "Mailbox Database 03", "VM web-2"}

// filled returns a message with names in its slots.
func filled(rng *rand.Rand, message string) string {
	return Fill(message, func(string) string { return pickOne(rng, slotNames) })
}

func pickOne[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

var (
	openers = []string{"good morning, one of our servers shows this since monday:\n", "has anybody an idea what this is? ", "Dear all, the nightly job reports ", "> "}
	closers = []string{"\nthe customer is waiting", "", "\nthank you", "\nrestarted it already, no change"}
	remarks = []string{"We patched all machines on Tuesday, nothing else was changed.", "The disk has enough space and the network is fine.", "see ticket 4711 for the history", "Regards, Anna", "it ran without trouble for months, the tapes too"}
)

func talk(rng *rand.Rand, s string) string {
	s = pickOne(rng, openers) + s + pickOne(rng, closers)
	if rng.IntN(2) == 0 {
		s += "\n" + pickOne(rng, remarks)
	}
	return s
}

var logWidth = regexp.MustCompile(`.{1,70}(?:\s|$)`)

func logged(rng *rand.Rand, s string) string {
	var lines []string
	for _, line := range logWidth.FindAllString(s, -1) {
		lines = append(lines, fmt.Sprintf("%04X\t%04X\t11/%02d\t0%d:%02d:%02d.%03d\t%s", rng.IntN(1<<16), rng.IntN(1<<16), 1+rng.IntN(28), rng.IntN(9), rng.IntN(60), rng.IntN(60), rng.IntN(1000), line))
	}
	return strings.Join(lines, "\n")
}

// cut keeps 55 to 80 % of the characters, at the beginning or at the end.
func cut(rng *rand.Rand, s string) string {
	r := []rune(s)
	k := int(float64(len(r)) * (0.55 + 0.25*rng.Float64()))
	if rng.IntN(2) == 0 {
		return string(r[:k])
	}
	return string(r[len(r)-k:])
}

// cutWords keeps 60 to 100 % of the words and at least five, at the beginning or
// at the end.
func cutWords(rng *rand.Rand, s string) string {
	w := strings.Fields(s)
	k := min(len(w), max(5, len(w)*(60+rng.IntN(41))/100))
	if rng.IntN(2) == 0 {
		return strings.Join(w[:k], " ")
	}
	return strings.Join(w[len(w)-k:], " ")
}

// slips drops, doubles or replaces letters.
func slips(rng *rand.Rand, s string, share float64) string {
	var b strings.Builder
	for _, c := range s {
		switch x := rng.Float64() / share; {
		case x < 1./3:
		case x < 2./3:
			b.WriteRune(c)
			b.WriteRune(c)
		case x < 1 && c >= 'a' && c <= 'z':
			b.WriteByte(byte('a' + rng.IntN(26)))
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

func dropped(rng *rand.Rand, s string) string {
	var kept []string
	for w := range strings.FieldsSeq(s) {
		if rng.IntN(4) > 0 {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

func mailed(rng *rand.Rand, s string) string {
	return fmt.Sprintf("From: monitor@corp.example\nDate: Tue, %d Nov 2025 03:%02d\nSubject: Alert on %s\n\nSeverity: Critical\nServer: %s\nDescription: %s\n\nDo not reply to this message.\n",
		1+rng.IntN(28), rng.IntN(60), pickOne(rng, slotNames), pickOne(rng, slotNames), s)
}

var misread = map[rune]string{'l': "1", 'I': "l", 'O': "0", 'o': "0", 'S': "5", 'B': "8", 'm': "rn", 'e': "c", 'g': "q", 'i': "l"}

// misscanned makes the mistakes of OCR: similar letters, lost and added spaces.
func misscanned(rng *rand.Rand, s string) string {
	var b strings.Builder
	for _, c := range s {
		switch x := rng.IntN(100); {
		case x < 5 && misread[c] != "":
			b.WriteString(misread[c])
		case x == 5 && c == ' ':
		case x == 6:
			b.WriteRune(c)
			b.WriteByte(' ')
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// quoted wraps lines and begins each with a quote mark.
func quoted(rng *rand.Rand, s string) string {
	width, mark := pickOne(rng, []int{40, 60, 72}), pickOne(rng, []string{"> ", ">> ", "| ", "    "})
	var b strings.Builder
	column := width
	for w := range strings.FieldsSeq(s) {
		if column += len(w) + 1; column > width {
			b.WriteString("\n" + mark)
			column = len(w)
		} else {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return strings.TrimPrefix(b.String(), "\n")
}
