package discord

import (
	"testing"
	"unicode/utf16"
)

// TestTimes checks how times are shown, and that a timestamp counts for at least
// its length.
func TestTimes(t *testing.T) {
	const old = "\uE0F01700000000\uE0F1" // as the core writes it
	if got, want := escape("Taken by *sam*, "+old), `Taken by \*sam\*, <t:1700000000:f>`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := linkText("since "+old), "since 11-14 22:13 UTC"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if size, shown := sizeOf(old), len(utf16.Encode([]rune(escape(old)))); size < shown {
		t.Errorf("a timestamp counts as %d, and has %d letters", size, shown)
	}
}

// TestTimeOf checks the example of Discord's documentation.
// https://docs.discord.com/developers/reference#snowflakes
func TestTimeOf(t *testing.T) {
	if got := timeOf("175928847299117063"); got.UnixMilli() != 1462015105796 {
		t.Errorf("got %v", got)
	}
	if got := timeOf("x"); !got.IsZero() {
		t.Errorf("no snowflake: %v", got)
	}
}
