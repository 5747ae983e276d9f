package locale

import (
	"fmt"
	"strings"
)

// Verbs whose forms say when something happens, which often says what a reply
// wants: "restarted" is done, "restarting" wants time, and "restart" asks for
// neither. One entry of a class of verbs gives words of four classes:
//
//	ACT      run, restart, set up
//	ACT_S    runs, restarts, sets up
//	ACT_ED   ran, restarted, set up
//	ACT_ING  running, restarting, setting up
//
// Irregular forms follow the verb: run/ran, write/wrote/written. Of several
// words the first is the verb: "set/set up", "roll back".

// The suffixes of the classes of the forms of a verb.
const (
	formThird = "_S"
	formPast  = "_ED"
	formIng   = "_ING"
)

// addVerb adds the forms of a verb to the classes of its class.
func (v *vocabulary) addVerb(class, entry string) error {
	verb, rest, several := strings.Cut(entry, " ")
	if several {
		rest = " " + rest
	}
	forms := strings.Split(verb, "/")
	base := forms[0]
	if len(base) < 2 || !asciiWord(strings.ReplaceAll(base, "-", "")) {
		return fmt.Errorf("%s: %q is not a verb", class, entry)
	}
	past := forms[1:]
	if len(past) == 0 {
		past = []string{inflect(base, "ed")}
	}
	add := func(class, word string) error { return v.add(class, word+rest) }
	err := add(class, base)
	for _, f := range past {
		if err == nil {
			err = add(class+formPast, f)
		}
	}
	if err == nil {
		err = add(class+formThird, inflect(base, "s"))
	}
	if err == nil {
		err = add(class+formIng, inflect(base, "ing"))
	}
	return err
}

// inflect appends an ending to a verb as English spells it: tries, tried,
// running, making.
func inflect(verb, ending string) string {
	n := len(verb)
	last, before := verb[n-1], verb[n-2]
	short := n >= 3 && vowel(before) && !vowel(verb[n-3]) && vowels(verb) == 1
	switch {
	case ending == "s" && (strings.HasSuffix(verb, "s") || last == 'x' || last == 'z' || last == 'o' || strings.HasSuffix(verb, "ch") || strings.HasSuffix(verb, "sh")):
		return verb + "es"
	case last == 'y' && !vowel(before) && ending == "s":
		return verb[:n-1] + "ies"
	case last == 'y' && !vowel(before) && ending == "ed":
		return verb[:n-1] + "ied"
	case last == 'e' && ending == "ed":
		return verb + "d"
	case last == 'e' && before != 'e' && ending == "ing":
		return verb[:n-1] + ending
	case ending != "s" && short && !vowel(last) && last != 'w' && last != 'x' && last != 'y':
		return verb + string(last) + ending
	}
	return verb + ending
}

func vowel(b byte) bool { return strings.IndexByte("aeiou", b) >= 0 }

// vowels counts the groups of vowels of a word, which is about its syllables.
func vowels(word string) int {
	n := 0
	for i := range len(word) {
		if vowel(word[i]) && (i == 0 || !vowel(word[i-1])) {
			n++
		}
	}
	return n
}
