package discord

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// Attachments. They are downloaded from Discord's hosts only and without the
// bot token, because their URLs are signed. The URLs expire after a day.
// https://docs.discord.com/developers/reference#signed-attachment-cdn-urls

const (
	fileTime     = 10 * time.Second
	maxRedirects = 3 // Discord sends none; a proxy may
)

// cdnHosts serve attachments, as does the host of Options.CDNURL.
var cdnHosts = []string{"cdn.discordapp.com", "media.discordapp.net"}

// errHost is the error of an attachment on another host.
var errHost = errors.New("the file is not on one of Discord's hosts")

// readable returns the attachments that may be text.
func readable(all []discordapi.Attachment) []discordapi.Attachment {
	var some []discordapi.Attachment
	for _, f := range all {
		if texty(f) && f.Size <= chat.MaxFile && len(some) < chat.MaxFiles {
			some = append(some, f)
		}
	}
	return some
}

// unread returns why attachments are not read.
func unread(all []discordapi.Attachment) []bot.Unread {
	var why []bot.Unread
	for _, f := range all {
		if !texty(f) || f.Size > chat.MaxFile {
			why = append(why, chat.WhyUnread(f.Filename, f.ContentType, texty(f), f.Size))
		}
	}
	return why
}

func texty(f discordapi.Attachment) bool {
	return strings.HasPrefix(f.ContentType, "text/") || chat.NamesText(f.Filename)
}

// readFile downloads an attachment and returns its text.
func (d *Discord) readFile(ctx context.Context, f discordapi.Attachment) (string, error) {
	u, err := url.Parse(f.URL)
	if err != nil || !d.trusted(u) {
		return "", errHost
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL, nil)
	if err != nil {
		return "", errHost
	}
	q.Header.Set("User-Agent", discordapi.UserAgent)
	answer, err := d.http.Do(q)
	if err != nil {
		return "", chat.WithoutURL(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", &discordapi.Error{Status: answer.StatusCode}
	}
	return chat.ReadFile(answer.Body)
}

// follow restricts redirects to trusted hosts.
func (d *Discord) follow(q *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects || !d.trusted(q.URL) {
		return errHost
	}
	return nil
}

// trusted reports whether a URL is on one of Discord's hosts or on that of
// Options.CDNURL.
func (d *Discord) trusted(u *url.URL) bool {
	if own, err := url.Parse(d.o.CDNURL); err == nil && own.Host != "" && u.Scheme == own.Scheme && strings.EqualFold(u.Host, own.Host) {
		return true
	}
	return u.Scheme == "https" && slices.Contains(cdnHosts, strings.ToLower(u.Host))
}
