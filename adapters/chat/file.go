package chat

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/unicode"
)

// Attached logs are read as text or not at all.

const (
	MaxFile  = MaxText // bytes: as much as a message is read
	MaxFiles = 5       // of one message; who attaches more wants a person
)

// The errors of a file that is not worth another try.
var (
	ErrNoText   = errors.New("the file holds no text")
	ErrTooLarge = errors.New("the file is too large")
)

// textNames end the names of files that hold text, whatever a platform thinks
// of their type. An errlog is what DPM and MARS write.
var textNames = []string{".txt", ".log", ".errlog", ".csv", ".xml", ".json", ".md", ".out", ".err", ".ps1", ".cmd", ".bat", ".ini", ".reg"}

// NamesText reports whether a file of the name holds text.
func NamesText(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(textNames, func(end string) bool { return strings.HasSuffix(name, end) })
}

// ReadFile reads a file of at most MaxFile bytes as text. Beside the errors of
// reading it returns ErrTooLarge and ErrNoText.
func ReadFile(r io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	switch {
	case err != nil:
		return "", err
	case len(data) > MaxFile:
		return "", ErrTooLarge
	}
	return textOfFile(data)
}

// textOfFile reads bytes as text: UTF-8, UTF-16 as Windows writes it, or the
// code page of Korean Windows.
func textOfFile(data []byte) (string, error) {
	var from encoding.Encoding
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		from = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	case bytes.IndexByte(data, 0) >= 0:
		return "", ErrNoText
	case utf8.Valid(data):
		from = unicode.UTF8BOM
	default:
		from = korean.EUCKR
	}
	text, err := from.NewDecoder().Bytes(data)
	if err != nil || bytes.Count(text, []byte("\uFFFD"))*20 > len(text) { // more than a stray byte is no text
		return "", ErrNoText
	}
	return strings.TrimSpace(string(text)), nil
}
