package match

import (
	"testing"
)

// AddToBackground sets the bits of the runs and sentences of a message.
func addToBackground(bits []byte, message string) {
	p, _, _ := normalize(message, nil, nil)
	eachRun(p.s, tokenize(nil, p.s), func(hash uint64, _, _ int) { setBackground(bits, hash) })
	addSentences(bits, message)
}

// AddSentences sets the bits of the sentences of a message.
func addSentences(bits []byte, message string) {
	p, _, _ := normalize(message, nil, nil)
	for _, s := range appendSentences(nil, p.s, tokenize(nil, p.s), 0) {
		setBackground(bits, s.hash)
	}
}

func setBackground(bits []byte, hash uint64) {
	a, b := backgroundPlaces(hash)
	bits[a/8] |= 1 << (a % 8)
	bits[b/8] |= 1 << (b % 8)
}

// TestBackgroundOfMessages checks that the background has all runs of a message
// that was added to one, and few of those of another.
func TestBackgroundOfMessages(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{"Wait a few minutes and then try the operation again.", true},
		{"The quick brown fox jumps over the lazy dog.", false},
	} {
		p, _, _ := normalize(c.text, nil, nil)
		n, of := 0, 0
		eachRun(p.s, tokenize(nil, p.s), func(hash uint64, _, _ int) {
			of++
			if inBackground(hash) {
				n++
			}
		})
		if got := n > of/2; got != c.want {
			t.Errorf("%q: %d of %d runs in the background", c.text, n, of)
		}
	}
}
