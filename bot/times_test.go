package bot

import (
	"testing"
	"time"
)

func TestShowTimes(t *testing.T) {
	mark := timeMark(1_800_000_000)
	for text, want := range map[string]string{
		"no time":                  "no time",
		"at " + mark + ", " + mark: "at 08:00, 08:00",
		mark[:len(mark)-1] + "x":   "\xee\x83x", // half a rune
		"cut " + mark[:6]:          "cut ",
		"x" + mark[:3]:             "x",
	} {
		if got := ShowTimes(text, func(at time.Time) string { return at.UTC().Format("15:04") }); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	if got := visible("a" + mark); got != "a1800000000" {
		t.Errorf("foreign text keeps a mark: %q", got)
	}
}
