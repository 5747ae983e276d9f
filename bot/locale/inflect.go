package locale

import "slices"

// inflected returns the items of the verbs and nouns of a text, with their
// forms.
func (g *grammar) inflected(s spelling) []item {
	if len(g.endings[0]) == 0 || !slices.ContainsFunc(s.letters, func(l letter) bool { return hangulLetter(l.r) }) {
		return nil
	}
	n := len(s.letters) + 1
	flags := make([]bool, 2*n)
	p := parser{g: g, s: s, items: make([]item, 0, 16), joint: flags[:n], noun: flags[n:]}
	for i := range s.letters {
		l := &s.letters[i]
		if !l.start {
			continue
		}
		if l.fresh {
			p.joint[i] = true
			if i > 0 && !hangulLetter(s.letters[i-1].r) { // a particle after a name in another script
				p.joints(g.particles, i)
			}
		}
		if !hangulLetter(l.r) {
			continue
		}
		p.addNoun(i)
		if p.joint[i] {
			p.adverb(i)
			g.negations.each(s, i, func(j int, n *leaf) { p.verb(g.verbs, i, j, n.forms) })
		}
		p.verb(g.verbs, i, i, 0)
	}
	p.unknown()
	return p.items
}

// A parser finds the verbs and nouns of a text.
type parser struct {
	g     *grammar
	s     spelling
	items []item
	joint []bool // by letter: a word of one syllable may start here
	noun  []bool // by letter: a noun ends before it
}

// joints marks the ends of the entries that start at a letter.
func (p *parser) joints(t trie, i int) {
	t.each(p.s, i, func(to int, _ *leaf) { p.joint[to] = true })
}

// adverb marks the end of the longest adverb that starts at a letter: 잘못 is
// no 잘 before 못.
func (p *parser) adverb(i int) {
	longest := i
	p.g.adverbs.each(p.s, i, func(to int, _ *leaf) { longest = max(longest, to) })
	p.joint[longest] = true
}

// add adds an item for the letters from one up to before another.
func (p *parser) add(classes classSet, forms form, from, to int) *item {
	p.items = append(p.items, item{
		classes: classes, from: from, to: to, first: p.s.letters[from].token, end: p.s.letters[to-1].token + 1,
		inflected: true, forms: forms, ends: forms&p.g.splits != 0,
	})
	return &p.items[len(p.items)-1]
}

// verb adds the verb whose stem starts at a letter, if there is one, with the
// negation that starts at from.
func (p *parser) verb(t trie, from, at int, forms form) {
	t.each(p.s, at, func(j int, l *leaf) {
		if !l.long && at == from && !p.joint[at] || at > from && p.s.letters[at].apart {
			return
		}
		if at == from && p.particle(at) {
			return // 전문가가 봐야
		}
		if at == from && p.s.letters[at].glued && p.g.light.has(p.s, at, j) {
			return // it belongs to the word before: running됨
		}
		to, f, ok := p.inflect(j, l)
		if ok && (!l.short || p.whole(to) && (at > from || !p.g.particles.has(p.s, at, to))) {
			p.add(l.classes, forms|l.forms|f, from, to)
			p.joint[to] = true
		}
	})
}

// particle reports whether a particle of a noun may start at a letter, rather
// than a verb.
func (p *parser) particle(i int) (ok bool) {
	if p.noun[i] && i < len(p.s.letters) && !p.s.letters[i].fresh {
		p.g.particles.each(p.s, i, func(int, *leaf) { ok = true })
	}
	return ok
}

// whole reports whether a word ends before a letter, or may.
func (p *parser) whole(to int) bool {
	return to == len(p.s.letters) || p.s.letters[to].fresh || p.joint[to]
}

// inflect returns where the longest run of endings after a leaf ends, and their
// forms.
func (p *parser) inflect(i int, l *leaf) (to int, forms form, ok bool) {
	end := i == len(p.s.letters)
	if !end && (p.s.letters[i].apart || l.dropped && !keepsDropped(p.s.letters[i].r)) || end && l.dropped {
		return i, 0, l.after < 0 || l.after == 1
	}
	if l.after < 0 || l.after == 1 && (end || p.s.letters[i].fresh) { // 안 돼
		to, ok = i, true
	}
	if l.after < 0 {
		if !end && !p.s.letters[i].fresh {
			p.g.polite.each(p.s, i, func(j int, _ *leaf) { to = j })
		}
		return to, forms, ok
	}
	p.g.endings[l.after].each(p.s, i, func(j int, e *leaf) {
		if !end && p.s.letters[i].fresh && !e.spaced {
			return
		}
		last, f, fits := p.inflect(j, e)
		switch {
		case !fits || ok && last < to:
		case ok && last == to:
			forms |= e.forms | f
		default:
			to, forms, ok = last, e.forms|f, true
		}
	})
	return to, forms, ok
}

// addNoun adds the nouns that start at a letter, alone and with the verb that
// belongs to them.
func (p *parser) addNoun(i int) {
	p.g.nouns.each(p.s, i, func(j int, n *leaf) {
		if !p.joint[i] || !n.spaced && p.s.letters[i].token != p.s.letters[j-1].token {
			return
		}
		p.joint[j], p.noun[j] = true, true
		if !n.short || p.ends(j) {
			p.add(n.classes, p.g.bare, i, j)
		}
		if j == len(p.s.letters) || p.s.letters[j].apart {
			return
		}
		if p.s.letters[j].start && !p.s.letters[j].fresh {
			p.g.endings[0].each(p.s, j, func(k int, e *leaf) { // a copula without its own syllable: 실패네요
				if to, f, ok := p.inflect(k, e); ok && (e.forms|f)&^p.g.copula == 0 && !p.g.particles.has(p.s, j, to) {
					p.add(n.classes, e.forms|f, i, to)
				}
			})
		}
		p.light(n, i, j)
		p.g.particles.each(p.s, j, func(k int, _ *leaf) {
			p.joint[k] = true
			p.light(n, i, k)
		})
	})
}

// ends reports whether a noun before a letter ends its word there, apart from a
// particle.
func (p *parser) ends(j int) (ok bool) {
	word := func(i int) bool { return i == len(p.s.letters) || p.s.letters[i].fresh }
	p.g.particles.each(p.s, j, func(to int, _ *leaf) { ok = ok || word(to) })
	return ok || word(j)
}

// maxAdverbs is how many adverbs may be between a noun and its verb.
const maxAdverbs = 2

// light adds the noun that starts at a letter if one of the verbs that give it
// endings follows at another.
func (p *parser) light(n *leaf, noun, at int) {
	verbs := p.g.being
	if n.acts {
		verbs = p.g.light
	}
	from := []int{at}
	for range maxAdverbs {
		for _, k := range from {
			p.g.adverbs.each(p.s, k, func(to int, _ *leaf) {
				if !slices.Contains(from, to) {
					from = append(from, to)
				}
			})
		}
	}
	for _, k := range from {
		if k == len(p.s.letters) || p.s.letters[k].apart {
			continue
		}
		p.joint[k] = true
		before := len(p.items)
		p.verb(verbs, k, k, 0)
		p.g.negations.each(p.s, k, func(j int, l *leaf) { p.verb(verbs, k, j, l.forms) })
		for x := before; x < len(p.items); x++ {
			it := &p.items[x]
			it.classes, it.from, it.first = n.classes, noun, p.s.letters[noun].token
			it.gapFrom, it.gapTo = at, k
		}
	}
}

// unknown adds the verbs that the file does not know: words with an ending that
// only verbs have.
func (p *parser) unknown() {
	covered := make([]bool, len(p.s.letters)+1)
	for i := range p.items {
		to := p.items[i].to
		covered[to] = true
		p.g.particles.each(p.s, to, func(end int, _ *leaf) { covered[end] = true })
	}
	from := 0
	for i := 1; i <= len(p.s.letters); i++ {
		if i < len(p.s.letters) && !p.s.letters[i].fresh {
			continue
		}
		if !covered[i] && hangulLetter(p.s.letters[from].r) {
			p.unknownIn(from, i)
		}
		from = i
	}
}

// minEnding is the length in letters of the shortest endings by which an unknown
// word is taken for a verb: two syllables. Nouns end with most shorter ones.
const minEnding = 4

// unknownIn adds the word between two letters if it has such an ending.
func (p *parser) unknownIn(from, end int) {
	for i := from + 2; i+minEnding <= end; i++ {
		for after := range p.g.endings {
			var forms form
			found := 0
			p.g.endings[after].each(p.s, i, func(j int, e *leaf) {
				if to, f, ok := p.inflect(j, e); ok && to >= end && (e.forms|f)&p.g.evident != 0 && (to == len(p.s.letters) || p.s.letters[to].fresh) {
					found, forms = to, e.forms|f
				}
			})
			if found > 0 {
				p.add(p.g.unknown, forms|p.negation(from), from, found)
				return
			}
		}
	}
}

// negation returns the forms of a negation that a word starts with, or that
// precedes it.
func (p *parser) negation(at int) (forms form) {
	for i := max(0, at-3); i <= at; i++ {
		if p.s.letters[i].fresh {
			p.g.negations.each(p.s, i, func(j int, n *leaf) {
				if j == at || i == at {
					forms |= n.forms
				}
			})
		}
	}
	return forms
}
