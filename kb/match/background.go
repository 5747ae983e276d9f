package match

// The background is what the other errors of these products say: 2,700 of them,
// most of which no document explains. A sentence that they have, too, such as
// "Wait a few minutes and then try the operation again", identifies no error.
//
// It is a Bloom filter of the runs of three words, or five syllables, in their
// messages, and of their sentences, which TestBackground makes. Of the runs and
// sentences that they do not have, it claims one in sixty.

var background = mustRead("background.bloom")

const (
	backgroundBits = 19 // 2^19 bits, 64 KiB, of which one in eight is set
	wordRun        = 3
	syllableRun    = 5
)

// backgroundPlaces returns the two bits of a run.
func backgroundPlaces(hash uint64) (a, b uint32) {
	const mask = 1<<backgroundBits - 1
	hash *= 0x9E3779B97F4A7C15 // mixes the bits of FNV-1a
	return uint32(hash>>40) & mask, uint32(hash>>8) & mask
}

// The hashes of a run and of a sentence begin differently, so that one is not
// taken for the other. The first is the offset basis of FNV-1a.
const (
	runHash      = 14695981039346656037
	sentenceHash = runHash + 1
)

func inBackground(hash uint64) bool {
	a, b := backgroundPlaces(hash)
	return background[a/8]&(1<<(a%8)) != 0 && background[b/8]&(1<<(b%8)) != 0
}

// eachRun calls do with the hash of each run of words or syllables of a text,
// and the tokens that it covers. Numbers do not count: they are values of slots.
func eachRun(s string, tokens []token, do func(hash uint64, from, to int)) {
	var at [syllableRun]int // the last tokens of the same kind, the latest first
	n := 0
	for i, t := range tokens {
		if t.kind == numberToken {
			continue
		}
		if n > 0 && (tokens[at[0]].kind != t.kind || t.newSentence) {
			n = 0
		}
		copy(at[1:], at[:])
		at[0] = i
		length := wordRun
		if t.kind == syllableToken {
			length = syllableRun
		}
		if n = min(n+1, length); n == length {
			hash := uint64(runHash)
			for k := length - 1; k >= 0; k-- {
				hash = hashToken(hash, s[tokens[at[k]].from:tokens[at[k]].to])
			}
			do(hash, at[length-1], i+1)
		}
	}
}

// hashToken adds a token, in lower case, to an FNV-1a hash.
func hashToken(hash uint64, s string) uint64 {
	const prime = 1099511628211
	for i := range len(s) {
		c := s[i]
		if isUpper(c) {
			c |= 0x20
		}
		hash = (hash ^ uint64(c)) * prime
	}
	return (hash ^ ' ') * prime
}
