package slack

import (
	"strings"
	"testing"
	"time"
)

// timeMark is the mark of a time, as the core writes it.
func timeMark(seconds string) string { return "\uE0F0" + seconds + "\uE0F1" }

// TestTimes checks how times are shown, and that a date counts for at least its
// length.
func TestTimes(t *testing.T) {
	old := timeMark("1700000000")
	if got, want := escape("Taken by <sam>, "+old), "Taken by &lt;sam&gt;, <!date^1700000000^{date_short_pretty} {time}|11-14 22:13 UTC>"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := escapePlain("since "+old), "since 11-14 22:13 UTC"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := escape(timeMark(time.Now().Format("20060102"))); !strings.Contains(got, "{date_short_pretty}") {
		t.Errorf("a time of 1970 has no date: %s", got)
	}
	if size, shown := sizeOf(old), len(escape(old)); size < shown {
		t.Errorf("a date counts as %d, and has %d letters", size, shown)
	}
}

func TestTimeOf(t *testing.T) {
	for ts, want := range map[string]int64{"1700000000.000200": 1700000000, "": 0, "x.y": 0, "1700000000": 0} {
		if got := timeOf(ts); got.IsZero() != (want == 0) || want != 0 && got.Unix() != want {
			t.Errorf("%q: %v, want %d", ts, got, want)
		}
	}
}
