package terminal

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/width"
)

// A fakeScreen shows what a terminal of this size shows: text, line ends, and the
// sequences that move the cursor and erase. A wide character takes two cells, the
// second of which is empty.
type fakeScreen struct {
	columns, rows int
	cells         [][]string
	row, col      int
	pasteMode     bool
	problems      []string
	rest          string // the beginning of a sequence or character
}

func newFakeScreen(columns, rows int) *fakeScreen { return &fakeScreen{columns: columns, rows: rows} }

var controlSequence = regexp.MustCompile(`^\x1b\[(\??)(\d*)([A-Za-z])`)

func (f *fakeScreen) Write(p []byte) (int, error) {
	s := f.rest + string(p)
	for s != "" {
		if m := controlSequence.FindStringSubmatch(s); m != nil {
			n, _ := strconv.Atoi(m[2])
			f.control(m[1]+m[3], n)
			s = s[len(m[0]):]
			continue
		}
		if s[0] == '\x1b' || !strings.ContainsRune(s, '\n') && strings.ToValidUTF8(s, "") != s {
			break // not complete
		}
		for _, r := range s {
			f.put(r)
			s = s[len(string(r)):]
			break
		}
	}
	f.rest = s
	return len(p), nil
}

func (f *fakeScreen) control(name string, n int) {
	switch name {
	case "A":
		f.row -= max(1, n)
	case "C":
		f.col += max(1, n)
	case "H":
		f.row, f.col = 0, 0
	case "J":
		if n == 2 {
			f.cells = nil
			break
		}
		f.cells = f.cells[:min(len(f.cells), f.row+1)]
		if f.row < len(f.cells) {
			f.cells[f.row] = f.cells[f.row][:min(len(f.cells[f.row]), f.col)]
		}
	case "?h", "?l":
		if n == 2004 {
			f.pasteMode = name == "?h"
		}
	case "m":
	default:
		f.problems = append(f.problems, "unknown sequence "+name)
	}
	if f.row < 0 || f.col >= f.columns {
		f.problems = append(f.problems, fmt.Sprintf("the cursor leaves the screen: %s %d", name, n))
		f.row, f.col = max(0, f.row), min(f.col, f.columns-1)
	}
}

func (f *fakeScreen) put(r rune) {
	switch r {
	case '\r':
		f.col = 0
		return
	case '\n':
		f.down()
		return
	}
	n := 1
	if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
		n = 2
	}
	if f.col+n > f.columns {
		f.down()
		f.col = 0
	}
	for len(f.cells) <= f.row {
		f.cells = append(f.cells, nil)
	}
	for len(f.cells[f.row]) < f.col+n {
		f.cells[f.row] = append(f.cells[f.row], " ")
	}
	f.cells[f.row][f.col] = string(r)
	if n == 2 {
		f.cells[f.row][f.col+1] = ""
	}
	f.col += n
}

// down moves the cursor down, and scrolls at the bottom.
func (f *fakeScreen) down() {
	if f.row++; f.row == f.rows {
		f.row--
		f.cells = f.cells[min(1, len(f.cells)):]
	}
}

// String returns the screen, with the cursor as |.
func (f *fakeScreen) String() string {
	var b strings.Builder
	for i := range max(len(f.cells), f.row+1) {
		var cells []string
		if i < len(f.cells) {
			cells = f.cells[i]
		}
		line := strings.Join(cells, "")
		if i == f.row {
			at := min(f.col, len(cells))
			line = strings.Join(cells[:at], "") + strings.Repeat(" ", f.col-at) + "|" + strings.Join(cells[at:], "")
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return strings.Trim(b.String(), "\n")
}

// TestScreen draws messages, with the cursor at |, on a screen of 20 columns.
func TestScreen(t *testing.T) {
	for _, tt := range []struct{ message, want string }{
		{"|", "> |"},
		{"abc|", "> abc|"},
		{"복제본이 불|일치", "> 복제본이 불|일치"},
		{"|가나다라마바사아자", "> |가나다라마바사아\n  자"},             // 16 of 17 columns
		{"가나다라마바사아|자", "> 가나다라마바사아\n  |자"},             // where the line breaks
		{"가나다라마바사아자|", "> 가나다라마바사아\n  자|"},             //
		{"12345678901234567|", "> 12345678901234567|"}, // the last column stays free
		{"123456789012345678|", "> 12345678901234567\n  8|"},
		{"1234567890123456|가", "> 1234567890123456\n  |가"},
		{"one\n|two\n\nfour", "> one\n  |two\n\n  four"},
		{"one\n", "> one\n  |"},
		{"a\nb\nc\nd\ne\nf\ng\nh|", "… (5)\n  f\n  g\n  h|"},
		{"a\nb\nc|\nd\ne\nf\ng\nh", "> a\n  b\n  c|\n  d"},
		{"|a\nb\nc\nd\ne\nf\ng\nh", "> |a\n  b\n  c\n  d"},
		{"a\nb\nc\nd\ne|\nf\ng\nh", "… (3)\n  d\n  e|\n  f"},
	} {
		f := newFakeScreen(20, 6)
		s := screen{out: f, size: func() (int, int) { return 20, 6 }, hidden: "… (%d)"}
		before, after, _ := strings.Cut(tt.message, "|")
		var e editor
		e.replace(before, after)
		for range 3 { // it is drawn in the same place each time
			if err := s.draw(e, ""); err != nil {
				t.Fatal(err)
			}
		}
		if got := f.String(); got != tt.want {
			t.Errorf("%q is\n%s\nwant\n%s", tt.message, got, tt.want)
		}
		s.draw(e, "output\n출력\n")
		if got, want := f.String(), tt.want; !strings.HasSuffix(got, want) || strings.Count(got+"\n", strings.SplitN(want, "\n", 2)[0]+"\n") != 1 {
			t.Errorf("after output, %q is\n%s", tt.message, got)
		}
		for _, p := range f.problems {
			t.Errorf("%q: %s", tt.message, p)
		}
	}
}

// TestScreenResize checks that a message that the terminal wrapped, because it
// was made narrower, is erased as a whole.
func TestScreenResize(t *testing.T) {
	var out strings.Builder
	columns := 40
	s := screen{out: &out, size: func() (int, int) { return columns, 10 }}
	var e editor
	e.replace(strings.Repeat("가", 15)+"\n", strings.Repeat("b", 30)+"\nc")
	s.draw(e, "")
	for _, tt := range []struct {
		columns int
		want    string // the cursor is two lines below the empty one
	}{{40, "\x1b[2A\r\x1b[J"}, {20, "\x1b[3A\r\x1b[J"}, {40, "\x1b[3A\r\x1b[J"}} {
		out.Reset()
		columns = tt.columns
		if s.draw(e, ""); !strings.HasPrefix(out.String(), tt.want) {
			t.Errorf("in %d columns: %q", columns, out.String())
		}
	}
}
