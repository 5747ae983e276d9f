package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Attached snippets and logs. The token is sent only to Slack's hosts.

const (
	fileTime  = 10 * time.Second
	redirects = 3 // Slack redirects once
)

// slackHosts serve files and response URLs. The host of Options.APIURL does, too.
var slackHosts = []string{"slack.com", "slack-edge.com", "slack-files.com", "slack-gov.com"}

// errHost is the error of a file that another host serves.
var errHost = errors.New("the file is not on one of Slack's hosts")

// readable returns the files of a message that may be text.
func readable(all []file) []file {
	var some []file
	for _, f := range all {
		if f.texty() && f.Size <= chat.MaxFile && len(some) < chat.MaxFiles {
			some = append(some, f)
		}
	}
	return some
}

// unread returns why files of a message are not read. Slack no longer has a file
// in mode tombstone or hidden_by_limit.
func unread(all []file) []bot.Unread {
	var why []bot.Unread
	for _, f := range all {
		gone := f.isMail() || f.Mode == "tombstone" || f.Mode == "hidden_by_limit"
		if !gone && (!f.texty() || f.Size > chat.MaxFile) {
			why = append(why, chat.WhyUnread(f.Name, f.MIME, f.texty(), f.Size))
		}
	}
	return why
}

func (f file) texty() bool {
	if f.External || f.isMail() || f.Mode == "tombstone" || f.Mode == "hidden_by_limit" {
		return false
	}
	return f.Access == "check_file_info" || f.Mode == "snippet" || strings.HasPrefix(f.MIME, "text/") || f.Type == "text" || chat.NamesText(f.Name)
}

// readFile downloads the text of a file.
func (s *Slack) readFile(ctx context.Context, f file) (string, error) {
	if f.Access == "check_file_info" || f.address() == "" { // in a Slack Connect channel: only files.info returns the URL
		info, _, _, err := s.client.GetFileInfoContext(ctx, f.ID, 0, 0)
		if err != nil {
			return "", err
		}
		f = file{
			ID: info.ID, Name: info.Name, Mode: info.Mode, Type: info.Filetype, MIME: info.Mimetype,
			Size: int64(info.Size), External: info.IsExternal, URL: info.URLPrivate, Download: info.URLPrivateDownload,
		}
		if len(readable([]file{f})) == 0 {
			return "", chat.ErrNoText
		}
	}
	return s.download(ctx, f.address())
}

func (f file) address() string {
	if f.Download != "" {
		return f.Download
	}
	return f.URL
}

// download downloads a text file with the bot's token.
func (s *Slack) download(ctx context.Context, address string) (string, error) {
	if !s.trustedAddress(address) {
		return "", errHost
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", errHost
	}
	request.Header.Set("Authorization", "Bearer "+s.o.BotToken())
	client := &http.Client{Timeout: fileTime, Transport: s.http.Transport, CheckRedirect: s.follow}
	response, err := client.Do(request)
	if err != nil {
		return "", chat.WithoutURL(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", slack.StatusCodeError{Code: response.StatusCode, Status: response.Status}
	}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") && !strings.HasSuffix(path.Ext(request.URL.Path), "html") {
		return "", fmt.Errorf("%w: Slack sent its sign-in page", chat.ErrNoText) // the token lacks files:read
	}
	return chat.ReadFile(response.Body)
}

// follow follows redirects only to Slack's hosts, because the token is sent along.
func (s *Slack) follow(request *http.Request, via []*http.Request) error {
	if len(via) > redirects || !s.trusted(request.URL) {
		return errHost
	}
	return nil
}

// trustedAddress parses a URL and reports whether it is trusted.
func (s *Slack) trustedAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && s.trusted(u)
}

// trusted reports whether a URL is one of Slack's hosts or that of Options.APIURL.
func (s *Slack) trusted(u *url.URL) bool {
	if api, err := url.Parse(s.apiURL); err == nil && u.Scheme == api.Scheme && strings.EqualFold(u.Host, api.Host) {
		return true
	}
	host := strings.ToLower(u.Hostname())
	return u.Scheme == "https" && slices.ContainsFunc(slackHosts, func(ours string) bool {
		return host == ours || strings.HasSuffix(host, "."+ours)
	})
}
