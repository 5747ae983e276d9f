package chat

import (
	"strings"
	"testing"
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
