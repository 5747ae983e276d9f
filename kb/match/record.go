package match

import "strings"

// A line of a log begins with the time of its record, and often with a level:
//
//	2026-11-02 03:14:07.221 ERROR The device is not ready.
//	[11/2/2026 3:14:07 AM] Unable to configure protection
//	02:11:43 경고: 복제본이 일치하지 않습니다.
//
// They say nothing about the error and are no words of its sentence, so a line
// has no tokens for them.

// The levels of log records, in lower case, and the halves of a day.
var (
	recordLevels = strings.Fields(wordFile("levels.txt"))
	dayHalves    = strings.Fields(wordFile("halves.txt"))
)

// recordPrefix returns the length of the time and the level of a log record at
// the start of a line, or 0.
func recordPrefix(line string) int {
	r := recordReader{s: line}
	r.mark("[(")
	if date := r.date(); date {
		r.mark("T,")
		r.blank()
		r.time()
	} else if !r.time() {
		return 0
	}
	r.mark("])")
	r.level()
	return r.i
}

// A recordReader reads the prefix of a log record.
type recordReader struct {
	s string
	i int
}

// mark reads one of some characters, if it is there.
func (r *recordReader) mark(any string) bool {
	if r.i < len(r.s) && strings.IndexByte(any, r.s[r.i]) >= 0 {
		r.i++
		return true
	}
	return false
}

func (r *recordReader) blank() {
	for r.mark(" \t") {
	}
}

// digits reads between one and most digits, with no more behind them, and
// returns how many.
func (r *recordReader) digits(most int) int {
	n := 0
	for n <= most && r.i+n < len(r.s) && isDigit(r.s[r.i+n]) {
		n++
	}
	if n > most {
		return 0
	}
	r.i += n
	return n
}

// word reads a word, if it is there and does not go on.
func (r *recordReader) word(words ...string) bool {
	for _, w := range words {
		if end := r.i + len(w); end <= len(r.s) && strings.EqualFold(r.s[r.i:end], w) && (end == len(r.s) || !isAlnum(r.s[end])) {
			r.i = end
			return true
		}
	}
	return false
}

// date reads 2026-11-02, 11/2/2026 or 2.11.26. It reports whether it is there.
func (r *recordReader) date() bool {
	start := r.i
	if r.digits(4) > 0 && r.i < len(r.s) {
		separator := r.s[r.i : r.i+1]
		if strings.Contains("-/.", separator) && r.mark(separator) && r.digits(2) > 0 && r.mark(separator) {
			r.blank()
			if r.digits(4) > 0 && !r.goesOn() {
				return true
			}
		}
	}
	r.i = start
	return false
}

// goesOn reports whether what looked like a date goes on, as an address does.
func (r *recordReader) goesOn() bool {
	rest := r.s[r.i:]
	return rest != "" && strings.IndexByte(" \tT,])", rest[0]) < 0 && !strings.HasPrefix(rest, ". ")
}

// time reads 3:14, 03:14:07.221, 3:14:07 AM, 오전 3:14 or 03:14:07+01:00. It
// reports whether it is there.
func (r *recordReader) time() bool {
	start := r.i
	if r.word(dayHalves...) {
		r.blank()
	}
	if r.digits(2) == 0 || !r.mark(":") || r.digits(2) != 2 {
		r.i = start
		return false
	}
	if r.mark(":") && r.digits(2) == 2 && r.mark(".,") {
		r.digits(9) // at most nanoseconds
	}
	end := r.i
	if r.blank(); !r.word(dayHalves...) {
		r.i = end
	}
	if !r.word("Z") && r.mark("+-") {
		r.digits(4)
		r.mark(":")
		r.digits(2)
	}
	return true
}

// level reads a level and the marks around it, if it is there.
func (r *recordReader) level() {
	end := r.i
	for r.mark(" \t[(|<-") {
	}
	if r.word(recordLevels...) {
		for r.mark("])|>:-") {
		}
		return
	}
	r.i = end
}
