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
)

// Attached logs. They are fetched from Discord's hosts alone, without any token
// (the address is signed), and what comes back is read as text or not at all. The
// address runs out after a day.

const (
	fileTime     = 10 * time.Second
	maxRedirects = 3 // Discord uses none
)

// cdnHosts serve files; cdn_url adds its own.
var cdnHosts = []string{"cdn.discordapp.com", "media.discordapp.net"}

// errHost says that a file is not worth another try: it stands elsewhere.
var errHost = errors.New("the file is not on one of Discord's hosts")

// readable are the files of a message that may hold text.
func readable(all []discordapi.Attachment) []discordapi.Attachment {
	var some []discordapi.Attachment
	for _, f := range all {
		if texty(f) && f.Size <= chat.MaxFile && len(some) < chat.MaxFiles {
			some = append(some, f)
		}
	}
	return some
}

func texty(f discordapi.Attachment) bool {
	return strings.HasPrefix(f.ContentType, "text/") || chat.NamesText(f.Filename)
}

// readFile returns the text of a file.
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

// follow lets a redirect lead to Discord's hosts alone.
func (d *Discord) follow(q *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects || !d.trusted(q.URL) {
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
