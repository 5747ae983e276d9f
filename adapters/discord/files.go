package discord

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/unicode"
)

// Attached logs. They are fetched from Discord's hosts alone, without any token
// (the address is signed), and what comes back is read as text or not at all. The
// address runs out after a day.

const (
	maxFile   = 1 << 20 // bytes: as much as a message is read
	maxFiles  = 5       // of one message; who attaches more wants a person
	fileTime  = 10 * time.Second
	redirects = 3 // Discord uses none
)

// cdnHosts serve files; cdn_url adds its own.
var cdnHosts = []string{"cdn.discordapp.com", "media.discordapp.net"}

// textNames end the names of files that hold text, whatever Discord thinks of
// their type. An errlog is what DPM and MARS write.
var textNames = []string{".txt", ".log", ".errlog", ".csv", ".xml", ".json", ".md", ".out", ".err", ".ps1", ".cmd", ".bat", ".ini", ".reg"}

// The errors of a file that is not worth another try.
var (
	errHost     = errors.New("the file is not on a host of Discord's")
	errNoText   = errors.New("the file holds no text")
	errTooLarge = errors.New("the file is too large")
)

// readable are the files of a message that may hold text.
func readable(all []attachment) []attachment {
	var some []attachment
	for _, f := range all {
		if f.texty() && f.Size <= maxFile && len(some) < maxFiles {
			some = append(some, f)
		}
	}
	return some
}

func (f attachment) texty() bool {
	name := strings.ToLower(f.Name)
	return strings.HasPrefix(f.Type, "text/") ||
		slices.ContainsFunc(textNames, func(end string) bool { return strings.HasSuffix(name, end) })
}

// readFile returns the text of a file.
func (d *Discord) readFile(ctx context.Context, f attachment) (string, error) {
	u, err := url.Parse(f.URL)
	if err != nil || !d.trusted(u) {
		return "", errHost
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL, nil)
	if err != nil {
		return "", errHost
	}
	q.Header.Set("User-Agent", userAgent)
	client := &http.Client{Timeout: fileTime, Transport: d.client.Transport, CheckRedirect: d.follow}
	answer, err := client.Do(q)
	if err != nil {
		return "", withoutURL(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", &apiError{status: answer.StatusCode}
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxFile+1))
	switch {
	case err != nil:
		return "", withoutURL(err)
	case len(data) > maxFile:
		return "", errTooLarge
	}
	return textOfFile(data)
}

// follow lets a redirect lead to Discord's hosts alone.
func (d *Discord) follow(q *http.Request, via []*http.Request) error {
	if len(via) > redirects || !d.trusted(q.URL) {
		return errHost
	}
	return nil
}

// trusted reports whether an address is one of Discord's, or of the host that
// stands in for it.
func (d *Discord) trusted(u *url.URL) bool {
	if own, err := url.Parse(d.o.CDNURL); err == nil && own.Host != "" && u.Scheme == own.Scheme && strings.EqualFold(u.Host, own.Host) {
		return true
	}
	return u.Scheme == "https" && slices.Contains(cdnHosts, strings.ToLower(u.Host))
}

// textOfFile reads bytes as text: UTF-8, UTF-16 as Windows writes it, or the
// code page of Korean Windows.
func textOfFile(data []byte) (string, error) {
	var from encoding.Encoding
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		from = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	case bytes.IndexByte(data, 0) >= 0:
		return "", errNoText
	case utf8.Valid(data):
		from = unicode.UTF8BOM
	default:
		from = korean.EUCKR
	}
	text, err := from.NewDecoder().Bytes(data)
	if err != nil || bytes.Count(text, []byte("\uFFFD"))*20 > len(text) { // more than a stray byte is no text
		return "", errNoText
	}
	return strings.TrimSpace(string(text)), nil
}
