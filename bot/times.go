package bot

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Times in texts. The core does not know the reader's time zone, so a text has a
// mark in the place of a time, and the adapter shows it as its platform does.

// A mark is TimeStart, the Unix time in seconds, and timeEnd. Both are in the
// Private Use Area, so no text of a person needs them; see visible.
const (
	TimeStart = '\uE0F0'
	timeEnd   = '\uE0F1'
)

// timeMark returns the mark of a Unix time in seconds.
func timeMark(at int64) string {
	return string(TimeStart) + strconv.FormatInt(at, 10) + string(timeEnd)
}

// ShowTimes returns a text with each mark replaced by what show returns for its
// time. The rest of a mark that was cut off with the end of the text is removed.
func ShowTimes(text string, show func(time.Time) string) string {
	if !strings.ContainsRune(text, TimeStart) {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, string(TimeStart))
		b.WriteString(before)
		if !found {
			return b.String()
		}
		digits := rest[:len(rest)-len(strings.TrimLeft(rest, "-0123456789"))]
		text = rest[len(digits):]
		at, err := strconv.ParseInt(digits, 10, 64)
		if end, n := utf8.DecodeRuneInString(text); end == timeEnd && err == nil {
			b.WriteString(show(time.Unix(at, 0)))
			text = text[n:]
		}
	}
}
