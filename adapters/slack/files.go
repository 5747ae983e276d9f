package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/unicode"
)

// Attached snippets and logs. The bot's token goes to Slack's hosts alone, and
// what comes back is read as text or not at all.

// A fileInfo tells where a file stands.
type fileInfo interface {
	GetFileInfoContext(ctx context.Context, id string, count, page int) (*slack.File, []slack.Comment, *slack.Paging, error)
}

const (
	maxFile   = 1 << 20 // bytes: as much as a message is read
	maxFiles  = 5       // of one message; who attaches more wants a person
	fileTime  = 10 * time.Second
	redirects = 3 // Slack uses one
)

// slackHosts serve files; api_url adds its own.
var slackHosts = []string{"slack.com", "slack-edge.com", "slack-files.com", "slack-gov.com"}

// textNames end the names of files that hold text, whatever Slack thinks of
// their type. An errlog is what DPM and MARS write.
var textNames = []string{".txt", ".log", ".errlog", ".csv", ".xml", ".json", ".md", ".out", ".err", ".ps1", ".cmd", ".bat", ".ini", ".reg"}

// The errors of a file that is not worth another try.
var (
	errHost     = errors.New("the file is not on a host of Slack's")
	errNoText   = errors.New("the file holds no text")
	errTooLarge = errors.New("the file is too large")
)

// readable are the files of a message that may hold text.
func readable(all []file) []file {
	var some []file
	for _, f := range all {
		if f.texty() && f.Size <= maxFile && len(some) < maxFiles {
			some = append(some, f)
		}
	}
	return some
}

func (f file) texty() bool {
	if f.External || f.Mode == "tombstone" || f.Mode == "hidden_by_limit" {
		return false
	}
	name := strings.ToLower(f.Name)
	return f.Access == "check_file_info" || f.Mode == "snippet" || strings.HasPrefix(f.MIME, "text/") || f.Type == "text" ||
		slices.ContainsFunc(textNames, func(end string) bool { return strings.HasSuffix(name, end) })
}

// readFile returns the text of a file.
func (s *Slack) readFile(ctx context.Context, f file) (string, error) {
	if f.Access == "check_file_info" || f.address() == "" { // of another company: its address is told on request
		info, _, _, err := s.files.GetFileInfoContext(ctx, f.ID, 0, 0)
		if err != nil {
			return "", err
		}
		f = file{
			ID: info.ID, Name: info.Name, Mode: info.Mode, Type: info.Filetype, MIME: info.Mimetype,
			Size: int64(info.Size), External: info.IsExternal, URL: info.URLPrivate, Download: info.URLPrivateDownload,
		}
		if len(readable([]file{f})) == 0 {
			return "", errNoText
		}
	}
	data, err := s.download(ctx, f.address())
	if err != nil {
		return "", err
	}
	return textOfFile(data)
}

func (f file) address() string {
	if f.Download != "" {
		return f.Download
	}
	return f.URL
}

// download gets a file with the bot's token, from Slack's hosts alone.
func (s *Slack) download(ctx context.Context, address string) ([]byte, error) {
	if !s.trustedAddress(address) {
		return nil, errHost
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errHost
	}
	request.Header.Set("Authorization", "Bearer "+s.o.BotToken())
	client := &http.Client{Timeout: fileTime, Transport: s.client.Transport, CheckRedirect: s.follow}
	response, err := client.Do(request)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, slack.StatusCodeError{Code: response.StatusCode, Status: response.Status}
	}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") && !strings.HasSuffix(path.Ext(request.URL.Path), "html") {
		return nil, fmt.Errorf("%w: Slack sent a page to sign in", errNoText) // the token lacks files:read
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = errTooLarge
	}
	return data, err
}

// follow lets a redirect lead to Slack's hosts alone: the token goes along.
func (s *Slack) follow(request *http.Request, via []*http.Request) error {
	if len(via) > redirects || !s.trusted(request.URL) {
		return errHost
	}
	return nil
}

// trustedAddress is trusted, of an address as Slack wrote it.
func (s *Slack) trustedAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && s.trusted(u)
}

// trusted reports whether an address is one of Slack's, or of the host that
// stands in for it.
func (s *Slack) trusted(u *url.URL) bool {
	if api, err := url.Parse(s.api); err == nil && u.Scheme == api.Scheme && strings.EqualFold(u.Host, api.Host) {
		return true
	}
	host := strings.ToLower(u.Hostname())
	return u.Scheme == "https" && slices.ContainsFunc(slackHosts, func(ours string) bool {
		return host == ours || strings.HasSuffix(host, "."+ours)
	})
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

// withoutURL takes the address out of an error of a request: it may be a secret.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
