package match

import "math/bits"

// A table maps numbers to numbers. It finds them three times as fast as a map:
// a text has hundreds of features and steps through the forms of concepts, most
// of which are not there.
type table struct {
	entries []tableEntry // half of them are empty; a key is at its place or after it
	shift   uint8
}

type tableEntry struct {
	key   uint64
	value int32 // plus one; 0 if the entry is empty
}

func newTable(values map[uint64]int32) table {
	n := bits.Len(uint(2*len(values) + 1))
	t := table{entries: make([]tableEntry, 1<<n), shift: uint8(64 - n)}
	for key, value := range values {
		i := t.place(key)
		for t.entries[i].value != 0 {
			i = t.after(i)
		}
		t.entries[i] = tableEntry{key, value + 1}
	}
	return t
}

// place returns where a key is, unless others are in its way.
func (t *table) place(key uint64) uint64 {
	return key * 0x9E3779B97F4A7C15 >> t.shift // Fibonacci hashing
}

func (t *table) after(i uint64) uint64 { return (i + 1) & uint64(len(t.entries)-1) }

// get returns the value of a key, which is at least 0.
func (t *table) get(key uint64) (value int32, ok bool) {
	for i := t.place(key); ; i = t.after(i) {
		e := &t.entries[i]
		if e.key == key && e.value != 0 {
			return e.value - 1, true
		}
		if e.value == 0 {
			return 0, false
		}
	}
}
