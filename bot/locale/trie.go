package locale

// A trie is a set of sequences of letters.
type trie []trieNode

// A trieNode has few children, so they are searched one by one.
type trieNode struct {
	next []edge
	ends []leaf
}

func (n *trieNode) step(r rune) int32 {
	for _, e := range n.next {
		if e.r == r {
			return e.to
		}
	}
	return 0
}

// A leaf is the end of an entry of a trie.
type leaf struct {
	classes classSet
	forms   form
	after   int  // which endings may follow, or -1
	dropped bool // see keepsDropped
	short   bool // one syllable
	long    bool // more than two
	acts    bool // a noun that becomes a verb by 하다
	spaced  bool // it may begin after a space, or a noun that may have one inside
}

func (t *trie) add(letters []rune, l leaf) {
	if len(*t) == 0 {
		*t = make(trie, 1)
	}
	at := int32(0)
	for _, r := range letters {
		to := (*t)[at].step(r)
		if to == 0 {
			to = int32(len(*t))
			*t = append(*t, trieNode{})
			(*t)[at].next = append((*t)[at].next, edge{r, to})
		}
		at = to
	}
	n := &(*t)[at]
	for i := range n.ends {
		if o := &n.ends[i]; o.forms == l.forms && o.after == l.after && o.dropped == l.dropped && o.acts == l.acts && o.spaced == l.spaced {
			o.classes.merge(&l.classes)
			return
		}
	}
	n.ends = append(n.ends, l)
}

// addWords adds the words of a list.
func (t *trie) addWords(words string, f form) {
	for _, w := range list(words) {
		t.add(runesOf(spell(w)), leaf{forms: f, after: -1})
	}
}

// each calls yield with each entry that starts at a letter, and where it ends.
// Spaces do not count, punctuation does. An entry that nothing follows ends with
// a syllable.
func (t trie) each(s spelling, i int, yield func(to int, l *leaf)) {
	if len(t) == 0 {
		return
	}
	at := int32(0)
	for j := i; j < len(s.letters) && (j == i || !s.letters[j].apart); j++ {
		n := &t[at]
		if at = n.step(s.letters[j].r); at == 0 {
			return
		}
		ends := t[at].ends
		for k := range ends {
			if l := &ends[k]; l.after >= 0 || j+1 == len(s.letters) || s.letters[j+1].start {
				yield(j+1, l)
			}
		}
	}
}

// has reports whether an entry spans the letters from one up to before another.
func (t trie) has(s spelling, from, to int) (found bool) {
	t.each(s, from, func(end int, _ *leaf) { found = found || end == to })
	return found
}
