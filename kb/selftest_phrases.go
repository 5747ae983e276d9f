package kb

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// warnings returns what may be wrong with the phrases of entries, in their
// order: a phrase that fills no frame of its entry, or also one of another
// entry, that the matcher takes for another entry, or that another entry has
// nearly word for word.
func (b *Base) warnings(entries []*Entry) []finding {
	found := make([][]finding, len(entries))
	twins := b.twins()
	parallel(len(entries), func(i int) {
		e := entries[i]
		for _, phrase := range e.Phrases.all() {
			for _, text := range []string{b.frameWarning(e, phrase), b.rankWarning(e, phrase), twins[phraseOf{e, phrase}]} {
				if text != "" {
					found[i] = append(found[i], finding{e.ID, fmt.Sprintf("its phrase %s: %q", text, shorten(phrase))})
				}
			}
		}
	})
	return slices.Concat(found...)
}

// frameWarning checks that a phrase fills a frame of its entry. A frame of
// another entry must have fewer concepts than that, because the frame with the
// most concepts decides.
func (b *Base) frameWarning(e *Entry, phrase string) string {
	if len(e.Frames) == 0 {
		return ""
	}
	concepts := b.index().Concepts(sample(phrase))
	own := e.longestFrame(concepts)
	if own == nil {
		return fmt.Sprintf("fills no frame, it has %s", listConcepts(concepts))
	}
	for _, other := range b.entries {
		if other == e {
			continue
		}
		if f := other.longestFrame(concepts); len(f) >= len(own) {
			return fmt.Sprintf("also fills the frame %s of %s", listConcepts(f), other.ID)
		}
	}
	return ""
}

// longestFrame returns the frame with the most concepts of those that concepts,
// which are sorted, fill, or nil.
func (e *Entry) longestFrame(concepts []string) (longest []string) {
	for _, f := range e.Frames {
		missing := slices.ContainsFunc(f, func(id string) bool {
			_, ok := slices.BinarySearch(concepts, id)
			return !ok
		})
		if !missing && len(f) > len(longest) {
			longest = f
		}
	}
	return longest
}

func listConcepts(ids []string) string {
	if len(ids) == 0 {
		return "no concept"
	}
	return "[" + strings.Join(ids, ", ") + "]"
}

// rankWarning checks that the matcher ranks no other entry before that of the
// phrase.
func (b *Base) rankWarning(e *Entry, phrase string) string {
	r := b.Match(sample(phrase))
	if len(r.Hits) == 0 || r.Hits[0].Entry == e {
		return ""
	}
	return fmt.Sprintf("leads to %s first, %s", r.Hits[0].Entry.ID, r.Band)
}

// A phraseOf is a phrase of an entry.
type phraseOf struct {
	entry  *Entry
	phrase string
}

// minTwinWords is from how many words on two phrases that differ in one word
// count as nearly the same. Shorter ones differ in what they are about: "vault
// is full", "disk is full".
const minTwinWords = 4

// twins returns a warning for each phrase that a phrase of another entry equals,
// but for the order of its words and at most one word, which changes none of its
// concepts.
func (b *Base) twins() map[phraseOf]string {
	sameKey := map[string][]phraseOf{}
	for _, e := range b.entries {
		for _, phrase := range e.Phrases.all() {
			for key := range twinKeys(phrase) {
				sameKey[key] = append(sameKey[key], phraseOf{e, phrase})
			}
		}
	}
	found := map[phraseOf]string{}
	for _, key := range slices.Sorted(maps.Keys(sameKey)) {
		for _, p := range sameKey[key] {
			i := slices.IndexFunc(sameKey[key], func(o phraseOf) bool {
				return o.entry != p.entry && slices.Equal(b.index().Concepts(o.phrase), b.index().Concepts(p.phrase))
			})
			if i >= 0 && found[p] == "" {
				o := sameKey[key][i]
				found[p] = fmt.Sprintf("is nearly %q of %s", shorten(o.phrase), o.entry.ID)
			}
		}
	}
	return found
}

// twinKeys yields the words of a phrase, sorted, and if there are enough of
// them also all but each one. Nearly equal phrases have a key in common.
func twinKeys(phrase string) map[string]bool {
	words := strings.FieldsFunc(strings.ToLower(phrase), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	slices.Sort(words)
	keys := map[string]bool{strings.Join(words, " "): true}
	if len(words) >= minTwinWords {
		for i := range words {
			keys[strings.Join(slices.Delete(slices.Clone(words), i, i+1), " ")] = true
		}
	}
	return keys
}
