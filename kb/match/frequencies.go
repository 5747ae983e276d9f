package match

import (
	"strconv"
	"strings"
	"sync"
)

// What a term weighs is estimated from all errors of these products, most of which
// no document explains: with the documents alone, each new one would make the words
// of the others less rare. words/frequencies.txt has the number of errors that have
// a term, which TestFrequencies counts, first among all that have words, and among
// all that have syllables: few are known in Korean.

type frequencies struct {
	words, syllables int // errors that have any
	df               map[string]int
}

var knownErrors = sync.OnceValue(func() frequencies {
	f := frequencies{df: map[string]int{}}
	for line := range strings.Lines(string(mustRead("frequencies.txt"))) {
		term, n, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		df, err := strconv.Atoi(n)
		if err != nil {
			panic(err) // the file is part of the program
		}
		switch term {
		case allWords:
			f.words = df
		case allSyllables:
			f.syllables = df
		default:
			f.df[term] = df
		}
	}
	return f
})

// The lines that are no terms.
const (
	allWords     = "*words"
	allSyllables = "*syllables"
)

// of returns how many errors there are that could have a term, and how many have
// it.
func (f frequencies) of(term string) (errors, have int) {
	if syllables(term) {
		return f.syllables, f.df[term]
	}
	return f.words, f.df[term]
}
