// Package match finds the documents that explain a text: which of many known
// error messages somebody pasted, however mangled, and whether any. It knows
// texts, codes and numbers, and imports nothing of this project.
//
// How a text finds its documents:
//
//	text  --normalize.go--->  units: words, numbers, syllables
//	      --terms.go------->  features: a word by its stem and idea, two syllables; slips undone (typo.go)
//	      --candidates.go-->  the 64 messages and phrases nearest by the words they share (candidates)
//	      --score.go------->  the 12 likeliest of them by their letters in threes
//	      --trigrams.go---->  these ranked by the runs of letters they share, entries by their best (verdicts)
//	      --align.go------->  the best of the first 8 entries laid beside the text, word by word (alignments)
//	      --score.go------->  evidence of words, letters, codes; its odds
//	      --decide.go------>  the band; the cause before what follows from it
//	      --evidence.go---->  spans of the original text, and slots
//
// A word weighs what it tells: one where a single entry has it, nearly nothing
// where all do. What makes an answer of a verdict is more than its odds: the
// code of another error vetoes it, and so does an example of the entry that must
// not lead to it, where the text goes better with that; and a message of which the text has only a
// part, in a sentence that goes on otherwise, is asked about.
package match
