package chat

import (
	"strings"
	"testing"

	"mabsbot/bot"
)

// TestTextOfFile decodes each encoding, and rejects binary files.
func TestTextOfFile(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		" ID 3106\r\n":              "ID 3106",
		"\xef\xbb\xbfwith a BOM":    "with a BOM",
		string(utf16("오류 0x29834")): "오류 0x29834",
		"\xbf\xc0\xb7\xf9 0x29834":  "오류 0x29834", // code page 949
		"a\x00b":                    "?",
		"\x80\x80\x80\x80":          "?",
	} {
		got, err := textOfFile([]byte(in))
		if err != nil {
			got = "?"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestNamesText checks which names are those of text files.
func TestNamesText(t *testing.T) {
	for name, want := range map[string]bool{"CBEngineCurr.errlog": true, "CBEngineCurr.errlog.1": true, "MSDPM0.LOG.12": true, "x.zip.1": false, "x.evtx": false, "13.0.415.0": false, "log": false, "": false} {
		if got := NamesText(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}

// TestWhyUnread checks why a file is not read.
func TestWhyUnread(t *testing.T) {
	for _, tt := range []struct {
		name, media string
		text        bool
		size        int64
		want        bot.Unread
	}{
		{"shot.png", "image/png", false, 9, bot.UnreadPicture},
		{"SHOT.JPG", "", false, 9, bot.UnreadPicture},
		{"photo", "image/heic", false, 9, bot.UnreadPicture},
		{"logs.zip", "application/zip", false, 9, bot.UnreadPacked},
		{"logs.7z", "application/octet-stream", false, MaxFile + 1, bot.UnreadPacked},
		{"DPMRACurr.errlog", "application/octet-stream", true, MaxFile + 1, bot.UnreadLarge},
		{"system.evtx", "application/octet-stream", false, 9, bot.UnreadBinary},
		{"", "", false, 0, bot.UnreadBinary},
	} {
		if got := WhyUnread(tt.name, tt.media, tt.text, tt.size); got != tt.want {
			t.Errorf("%q %q: %s, want %s", tt.name, tt.media, got, tt.want)
		}
	}
}

func FuzzTextOfFile(f *testing.F) {
	f.Add([]byte("\xff\xfea\x00"))
	f.Add([]byte("\xbf\xc0\xb7\xf9"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if text, err := textOfFile(data); err == nil && strings.ToValidUTF8(text, "") != text {
			t.Errorf("%q became %q", data, text)
		}
	})
}

// utf16 writes text as Windows does.
func utf16(text string) []byte {
	b := []byte{0xff, 0xfe}
	for _, r := range text {
		b = append(b, byte(r), byte(r>>8))
	}
	return b
}
