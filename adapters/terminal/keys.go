package terminal

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A key is what a user does at the keyboard: a named key, or, if name is "",
// text that was typed or pasted.
type key struct {
	name keyName
	text string
}

// A keyName says what a key does.
type keyName string

const (
	keyEnter       keyName = "enter"
	keyNewLine     keyName = "new line"
	keyInterrupt   keyName = "interrupt"
	keyEndOfInput  keyName = "end of input" // in a line it deletes, as in shells
	keyBackspace   keyName = "backspace"
	keyDelete      keyName = "delete"
	keyLeft        keyName = "left"
	keyRight       keyName = "right"
	keyWordLeft    keyName = "word left"
	keyWordRight   keyName = "word right"
	keyLineStart   keyName = "line start"
	keyLineEnd     keyName = "line end"
	keyEarlier     keyName = "earlier"
	keyLater       keyName = "later"
	keyCutWord     keyName = "cut word"
	keyCutToStart  keyName = "cut to start"
	keyCutToEnd    keyName = "cut to end"
	keyClearScreen keyName = "clear screen"
	keyUnknown     keyName = "unknown"
)

// keys are the sequences that terminals send: those of xterm, of the Linux
// console (CSI 1~, 4~) and of application mode (SS3), and the control keys of
// Emacs, which shells use as well. See
// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html.
var keys = map[string]keyName{
	"\r": keyEnter, "\n": keyEnter, "\x1b\r": keyNewLine, "\x1b\n": keyNewLine,
	"\x03": keyInterrupt, "\x04": keyEndOfInput,
	"\x7f": keyBackspace, "\x08": keyBackspace, "\x1b[3~": keyDelete,
	"\x1b[D": keyLeft, "\x1bOD": keyLeft, "\x02": keyLeft,
	"\x1b[C": keyRight, "\x1bOC": keyRight, "\x06": keyRight,
	"\x1b[1;5D": keyWordLeft, "\x1b[1;3D": keyWordLeft, "\x1bb": keyWordLeft,
	"\x1b[1;5C": keyWordRight, "\x1b[1;3C": keyWordRight, "\x1bf": keyWordRight,
	"\x1b[H": keyLineStart, "\x1bOH": keyLineStart, "\x1b[1~": keyLineStart, "\x1b[7~": keyLineStart, "\x01": keyLineStart,
	"\x1b[F": keyLineEnd, "\x1bOF": keyLineEnd, "\x1b[4~": keyLineEnd, "\x1b[8~": keyLineEnd, "\x05": keyLineEnd,
	"\x1b[A": keyEarlier, "\x1bOA": keyEarlier, "\x10": keyEarlier,
	"\x1b[B": keyLater, "\x1bOB": keyLater, "\x0e": keyLater,
	"\x17": keyCutWord, "\x1b\x7f": keyCutWord, "\x15": keyCutToStart, "\x0b": keyCutToEnd,
	"\x0c": keyClearScreen,
}

// What encloses a paste in bracketed paste mode.
const pasteStart, pasteEnd = "\x1b[200~", "\x1b[201~"

// A decoder turns the bytes that a terminal sends into keys. Its zero value is
// ready for use.
type decoder struct {
	rest    []byte // what is not complete yet: of a key, or of a paste
	pasting bool
}

// decode returns the keys that data completes.
//
// Terminals without bracketed paste mode, such as the console of older Windows
// Servers, send a paste as if it was typed, but all at once. A line end that is
// read together with more text is therefore part of a paste: the program reads
// faster than a user types.
func (d *decoder) decode(data []byte) []key {
	if !d.pasting && string(d.rest) == "\x1b" && bytes.IndexAny(data, "[O") != 0 {
		d.rest = nil // the Escape key: a sequence comes at once
	}
	d.rest = append(d.rest, data...)
	var all []key
	for len(d.rest) > 0 {
		if d.pasting {
			text, after, ended := bytes.Cut(d.rest, []byte(pasteEnd))
			if !ended {
				break
			}
			all = append(all, key{text: string(text)})
			d.rest, d.pasting = after, false
			continue
		}
		n := sequenceLength(d.rest)
		if n == 0 {
			break
		}
		sequence := string(d.rest[:n])
		d.rest = d.rest[n:]
		switch name := keys[sequence]; {
		case sequence == pasteStart:
			d.pasting = true
		case name == keyEnter && d.continues(sequence):
			all = append(all, key{text: "\n"})
		case name != "":
			all = append(all, key{name: name})
		case sequence[0] >= ' ' || sequence == "\t":
			all = append(all, key{text: sequence})
		default:
			all = append(all, key{name: keyUnknown})
		}
	}
	return join(all)
}

// continues reports whether text follows a line end. It drops the second
// character of CRLF.
func (d *decoder) continues(lineEnd string) bool {
	if lineEnd == "\r" {
		d.rest = bytes.TrimPrefix(d.rest, []byte("\n"))
	}
	return len(d.rest) > 0 && (d.rest[0] >= ' ' && d.rest[0] != 0x7f || strings.IndexByte("\t\r\n", d.rest[0]) >= 0)
}

// join joins texts that follow each other, so that a paste is drawn once.
func join(all []key) []key {
	var joined []key
	for _, k := range all {
		if last := len(joined) - 1; last >= 0 && k.name == "" && joined[last].name == "" {
			joined[last].text += k.text
		} else {
			joined = append(joined, k)
		}
	}
	return joined
}

// sequenceLength returns the length of the first character or escape sequence of
// b, or 0 if it is not complete.
func sequenceLength(b []byte) int {
	if b[0] != 0x1b {
		if !utf8.FullRune(b) {
			return 0
		}
		_, n := utf8.DecodeRune(b)
		return n
	}
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '[': // parameters, then a final byte, as ECMA-48 defines them
		for i, c := range b[2:] {
			if c >= 0x40 {
				return 2 + i + 1
			}
			if c < 0x20 { // not a sequence
				return 2 + i
			}
		}
		return 0
	case 'O':
		if len(b) < 3 {
			return 0
		}
		return 3
	case 0x1b: // the Escape key, and another sequence
		return 1
	}
	n := sequenceLength(b[1:])
	if n == 0 {
		return 0
	}
	return 1 + n
}
