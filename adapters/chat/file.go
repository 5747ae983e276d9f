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

	"mabsbot/bot"
)

// Limits of attached files. Whoever attaches more files needs a person to look at
// them.
const (
	MaxFile  = MaxText // bytes
	MaxFiles = 5       // per message
)

// The errors of files for which retrying is of no use.
var (
	ErrNoText   = errors.New("the file is not text")
	ErrTooLarge = errors.New("the file is too large")
)

// textNames are the extensions of text files, whatever type a platform detects.
// DPM and the MARS agent write .errlog files.
var textNames = []string{".txt", ".log", ".errlog", ".csv", ".xml", ".json", ".md", ".out", ".err", ".ps1", ".cmd", ".bat", ".ini", ".reg"}

// NamesText reports whether a file name has the extension of a text file. Behind
// that of a log that was rotated is its number: CBEngineCurr.errlog.1.
func NamesText(name string) bool {
	name = strings.ToLower(name)
	if end := strings.TrimRight(name, "0123456789"); strings.HasSuffix(end, ".") {
		name = strings.TrimSuffix(end, ".")
	}
	return slices.ContainsFunc(textNames, func(end string) bool { return strings.HasSuffix(name, end) })
}

// The extensions and media types of pictures and of packed files.
var (
	pictures    = []string{".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".heic", ".tif", ".tiff"}
	packed      = []string{".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".cab"}
	packedTypes = []string{"application/zip", "application/x-zip-compressed", "application/gzip", "application/x-gzip", "application/x-tar", "application/x-7z-compressed", "application/vnd.rar", "application/x-rar-compressed", "application/vnd.ms-cab-compressed"}
)

// WhyUnread returns why a file with the name, media type and size is not read,
// although it would be if it were a text of at most MaxFile bytes.
func WhyUnread(name, media string, text bool, size int64) bot.Unread {
	is := func(ends []string) bool {
		return slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(strings.ToLower(name), end) })
	}
	switch {
	case strings.HasPrefix(media, "image/"), is(pictures):
		return bot.UnreadPicture
	case slices.Contains(packedTypes, media), is(packed):
		return bot.UnreadPacked
	case text && size > MaxFile:
		return bot.UnreadLarge
	}
	return bot.UnreadBinary
}

// unreadBecause returns why a file was not read. ok is false if the file is not
// the reason.
func unreadBecause(err error) (why bot.Unread, ok bool) {
	switch {
	case errors.Is(err, ErrTooLarge):
		return bot.UnreadLarge, true
	case errors.Is(err, ErrNoText):
		return bot.UnreadBinary, true
	}
	return "", false
}

// ReadFile reads a text file of at most MaxFile bytes. It returns ErrTooLarge for
// a larger file and ErrNoText for anything but text.
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

// textOfFile decodes UTF-8, UTF-16 with a byte order mark, as Windows writes it,
// or EUC-KR, the code page of Korean Windows.
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
	if err != nil || bytes.Count(text, []byte("\uFFFD"))*20 > len(text) { // 20 for at most one invalid byte in 20 bytes of text
		return "", ErrNoText
	}
	return strings.TrimSpace(string(text)), nil
}
