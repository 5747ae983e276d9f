package store

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
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
		"a record":     {[]byte(`{"op":"taken","at":"2026-11-30T18:02:10.215Z","id":"miget7mrej4p7"}`), 50},
		"repetitive":   {[]byte(strings.Repeat(`{"kind":"text"}`, 100)), 40},
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
	for _, mark := range []byte{packedFlate, packedWords} {
		if _, err := unpack([]byte{mark, 0xff}); err == nil {
			t.Errorf("%d: unpacked what is broken", mark)
		}
	}
}

// TestUnpackFlate unpacks a value that was packed without words.
func TestUnpackFlate(t *testing.T) {
	const plain = `{"op":"said","user":"alex"}`
	b := bytes.NewBuffer([]byte{packedFlate})
	w, err := flate.NewWriter(b, flate.DefaultCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(plain)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := unpack(b.Bytes()); err != nil || string(got) != plain {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestWords checks that the words are those that stored values were packed with.
func TestWords(t *testing.T) {
	const want = "96060ee77d2c988f98dd6b049f710480bc2e883379f08fe042d122418f64d1e6"
	if sum := sha256.Sum256(words); hex.EncodeToString(sum[:]) != want {
		t.Errorf("pack.dict changed (%x): values that are stored can be unpacked no more", sum)
	}
}

func BenchmarkPack(b *testing.B) {
	record := []byte(`{"op":"said","at":"2026-11-30T18:02:10.215589582Z","id":"miget7mrej4p7","user":"alex","channel":"backup-support","text":"The disk Disk 7 cannot be detected or has stopped responding (3120)"}`)
	for b.Loop() {
		pack(record)
	}
}
