package store

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"
)

func TestPack(t *testing.T) {
	noise := make([]byte, 1000)
	rand.Read(noise)
	for name, test := range map[string]struct {
		plain []byte
		most  int // bytes packed
	}{
		"empty":        {nil, 1},
		"short":        {[]byte(`{"op":"taken"}`), 15},
		"repetitive":   {[]byte(strings.Repeat(`{"kind":"text"}`, 100)), 100},
		"noise":        {noise, 1001},
		"like a mark":  {[]byte{packedFlate, 1, 2}, 4},
		"another mark": {bytes.Repeat([]byte{packedPlain}, 500), 50},
	} {
		packed := pack(test.plain)
		got, err := unpack(packed)
		if err != nil || !bytes.Equal(got, test.plain) {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		if len(packed) > test.most {
			t.Errorf("%s: %d bytes, want at most %d", name, len(packed), test.most)
		}
	}
	for _, old := range []string{"", `{"thread":{}}`, "mabsbot"} {
		if got, err := unpack([]byte(old)); err != nil || string(got) != old {
			t.Errorf("%q of an earlier version: got %q, %v", old, got, err)
		}
	}
	if _, err := unpack([]byte{packedFlate, 0xff}); err == nil {
		t.Error("unpacked what is broken")
	}
}
