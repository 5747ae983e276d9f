package store

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"errors"
	"io"
	"sync"
)

// Sealed values are packed: a byte that says how, and the value. Values of
// earlier versions have no such byte. They are JSON, and so begin with none of
// these.
const (
	packedPlain byte = 0
	packedFlate byte = 1 // by earlier versions
	packedWords byte = 2 // flate that may repeat parts of words
)

// words are parts of the JSON of conversations, those that are most frequent at the
// end. A value alone is too short to repeat much: with these, the records of a
// conversation take a third less. They never change, because stored values need
// them. Other words would be another way to pack.
//
//go:embed pack.dict
var words []byte

// minDeflate is the size in bytes from which compressing pays.
const minDeflate = 32

// deflaters are reused because each has tables of several 100 kB.
var deflaters = sync.Pool{New: func() any {
	w, _ := flate.NewWriterDict(nil, flate.DefaultCompression, words) // fails only for an invalid level
	return w
}}

// pack compresses plain if that makes it smaller. The size of a sealed value
// reveals how well it compresses, and to nobody but those who can read the file.
func pack(plain []byte) []byte {
	packed := append(make([]byte, 0, len(plain)+1), packedPlain)
	if len(plain) >= minDeflate {
		b := bytes.NewBuffer([]byte{packedWords})
		w := deflaters.Get().(*flate.Writer)
		defer deflaters.Put(w)
		w.Reset(b)
		_, err := w.Write(plain)
		if err := errors.Join(err, w.Close()); err == nil && b.Len() <= len(plain) {
			return b.Bytes()
		}
	}
	return append(packed, plain...)
}

// unpack returns what pack or an earlier version packed.
func unpack(packed []byte) ([]byte, error) {
	if len(packed) == 0 {
		return packed, nil
	}
	switch packed[0] {
	case packedPlain:
		return packed[1:], nil
	case packedFlate:
		return io.ReadAll(flate.NewReader(bytes.NewReader(packed[1:])))
	case packedWords:
		return io.ReadAll(flate.NewReaderDict(bytes.NewReader(packed[1:]), words))
	}
	return packed, nil
}
