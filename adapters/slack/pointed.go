package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// The messages that a message points at: those of its thread, those that it links
// to, and those above it. Only messages for the bot have pointers. A shortcut that records
// a message points at the top of its thread.

// A place is where a pointer leads.
type place struct {
	channel string
	ts      string // of the message; PointAbove: of the message that points
	thread  string // the thread of the message, if it is known
	from    placeFrom
}

// A placeFrom is what decides who may see a linked message.
type placeFrom struct {
	ts      string // of the message that points
	foreign bool   // its sender belongs to another organization
	shared  bool   // its channel is shared with one
}

// permalink matches the link to a message, with the thread of a reply. Slack
// escapes the & of its query.
// https://docs.slack.dev/reference/methods/chat.getPermalink
var permalink = regexp.MustCompile(`https://[\w.-]+/archives/([A-Z0-9]+)/p(\d{10})(\d{6})(?:\?(?:[^\s<>|]*&(?:amp;)?)?thread_ts=(\d+\.\d+))?`)

// maxLinks is how many links of a message are followed.
const maxLinks = 3

// points returns what a message for the bot points at, the most certain first.
func (me identity) points(o outerEvent, e innerEvent, m bot.Message) []bot.Pointer {
	if !m.Addressed || m.From.Bot {
		return nil
	}
	from := placeFrom{e.TS, me.foreign(o, e), o.Shared}
	var all []bot.Pointer
	text := e.Text
	if strings.TrimSpace(text) == "" {
		text = blockText(e.Blocks)
	}
	for _, l := range permalink.FindAllStringSubmatch(text, maxLinks) {
		p := bot.Pointer{Kind: bot.PointLink, To: place{l[1], l[2] + "." + l[3], l[4], from}}
		if !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	channel := m.Thread.Channel
	switch {
	case m.InThread && m.Thread.Root != "":
		all = append(all, bot.Pointer{Kind: bot.PointThread, To: place{channel: channel, thread: m.Thread.Root, from: from}})
	case !m.Direct && !m.InThread:
		all = append(all, bot.Pointer{Kind: bot.PointAbove, To: place{channel: channel, ts: e.TS, from: from}})
	}
	return all
}

// Read implements bot.Reader.
func (s *Slack) Read(ctx context.Context, m bot.Message, p bot.Pointer) (found []bot.Quoted, ok bool) {
	at, known := p.To.(place)
	if !known {
		return nil, false
	}
	var err error
	switch p.Kind {
	case bot.PointLink:
		found, err = s.readLink(ctx, m, at)
	case bot.PointThread:
		found, err = s.readThread(ctx, m, at)
	case bot.PointAbove:
		found, err = s.readAbove(ctx, m, at)
	case bot.PointTop:
		found, err = s.readTop(ctx, m, at)
	}
	switch e, _ := errors.AsType[slack.SlackErrorResponse](err); {
	case err == nil:
		return found, true
	case e.Needed != "":
		s.intake.WarnOnce("scope missing to read what messages point at", "scope", e.Needed, "fix", fixManifest+", and install the app again")
	case errors.Is(err, errNotVisible), hasCode(err, notInChannel):
		s.log.Debug("slack: message that another points at not read", "event", m.ID, "error", err)
	default:
		s.log.Warn("slack: message that another points at not read", "event", m.ID, "error", explain(err))
	}
	return nil, false
}

// errNotVisible is the error of a message that does not exist, or that the sender
// of the message that points at it may not see.
var errNotVisible = errors.New("the message does not exist, or the user may not see it")

// readLink reads a linked message.
func (s *Slack) readLink(ctx context.Context, m bot.Message, at place) ([]bot.Quoted, error) {
	hidden, err := s.checkAccess(ctx, m, at)
	if err != nil {
		return nil, err
	}
	thread := at.ts
	if at.thread != "" {
		thread = at.thread
	}
	messages, err := s.messages(ctx, "conversations.replies", url.Values{
		"channel": {at.channel}, "ts": {thread}, "oldest": {at.ts}, "latest": {at.ts}, "inclusive": {"true"}, "limit": {"2"}, // the root may come along
	})
	if err != nil {
		return nil, err
	}
	messages = slices.DeleteFunc(messages, func(e innerEvent) bool { return e.TS != at.ts })
	if len(messages) == 0 {
		return nil, errNotVisible
	}
	found := s.quoted(ctx, messages)
	for i := range found {
		found[i].Hidden = hidden
	}
	return found, nil
}

// checkAccess checks that the sender of a message may see the channel of a linked
// one. hidden is true if others who see the message may not.
func (s *Slack) checkAccess(ctx context.Context, m bot.Message, at place) (hidden bool, err error) {
	if at.channel == m.Thread.Channel {
		return false, nil
	}
	if strings.HasPrefix(at.channel, "D") { // a direct message; only that with the bot can be read
		if direct, ok := s.directs.Load(m.From.ID); !ok || direct != at.channel {
			return false, errNotVisible
		}
		return true, nil
	}
	var info *slack.Channel
	err = chat.Try(ctx, apiTime, permanent, func(ctx context.Context) (err error) {
		info, err = s.client.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: at.channel})
		return err
	})
	if err != nil {
		return false, err
	}
	public := !info.IsPrivate && !info.IsMpIM && !info.IsIM
	if public && !at.from.foreign {
		return at.from.shared, nil
	}
	member, err := s.isMember(ctx, at.channel, m.From.ID)
	if err == nil && !member {
		err = errNotVisible
	}
	return true, err
}

// The members of a channel are read in pages of 1,000, and no more of them than
// that: a private channel with more is no place for secrets.
const (
	memberPage  = 1000
	memberPages = 5
)

// isMember reports whether a user is a member of a channel.
func (s *Slack) isMember(ctx context.Context, channel, user string) (bool, error) {
	cursor := ""
	for range memberPages {
		var members []string
		err := chat.Try(ctx, apiTime, permanent, func(ctx context.Context) (err error) {
			members, cursor, err = s.client.GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{ChannelID: channel, Cursor: cursor, Limit: memberPage})
			return err
		})
		if err != nil || slices.Contains(members, user) {
			return err == nil, err
		}
		if cursor == "" {
			break
		}
	}
	return false, nil
}

// readThread reads the thread of a message: first what its sender wrote there
// before, then the root, then what others wrote.
func (s *Slack) readThread(ctx context.Context, m bot.Message, at place) ([]bot.Quoted, error) {
	messages, err := s.messages(ctx, "conversations.replies", url.Values{"channel": {at.channel}, "ts": {at.thread}, "limit": {strconv.Itoa(threadDepth)}})
	if err != nil {
		return nil, err
	}
	var own, roots, others []innerEvent
	for _, e := range slices.Backward(messages) {
		switch {
		case !isBefore(e.TS, at.from.ts):
		case e.TS == at.thread:
			roots = append(roots, e)
		case e.User == m.From.ID:
			own = append(own, e)
		default:
			others = append(others, e)
		}
	}
	return s.quoted(ctx, slices.Concat(own, roots, others)), nil
}

// readTop reads the message at the top of a thread.
func (s *Slack) readTop(ctx context.Context, m bot.Message, at place) ([]bot.Quoted, error) {
	messages, err := s.messages(ctx, "conversations.replies", url.Values{"channel": {at.channel}, "ts": {at.thread}, "limit": {"1"}})
	if err != nil {
		return nil, err
	}
	found := s.quoted(ctx, slices.DeleteFunc(messages, func(e innerEvent) bool { return e.TS != at.thread }))
	for i := range found {
		found[i].ID = messageID(m.Thread.Workspace, at.channel, at.thread)
	}
	return found, nil
}

// readAbove reads what the sender of a message wrote in the channel just before.
func (s *Slack) readAbove(ctx context.Context, m bot.Message, at place) ([]bot.Quoted, error) {
	messages, err := s.messages(ctx, "conversations.history", url.Values{"channel": {at.channel}, "latest": {at.ts}, "limit": {strconv.Itoa(aboveDepth)}})
	if err != nil {
		return nil, err
	}
	messages = slices.DeleteFunc(messages, func(e innerEvent) bool {
		return e.User != m.From.ID || !isBefore(e.TS, at.ts) || timeOf(at.ts).Sub(timeOf(e.TS)) > chat.AboveAge
	})
	return s.quoted(ctx, messages[:min(len(messages), chat.MaxAbove)]), nil
}

// How far Read looks: of a thread the first messages, of a channel the last.
const (
	threadDepth = 100
	aboveDepth  = 30
)

// isBefore reports whether a message is older than another.
func isBefore(ts, other string) bool { return timeOf(ts).Before(timeOf(other)) }

// timeOf returns the time of a message, or the zero time if ts is invalid. ts is
// in seconds, with six digits of fraction.
func timeOf(ts string) time.Time {
	seconds, fraction, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(seconds, 10, 64)
	micros, errMicros := strconv.ParseInt(fraction, 10, 64)
	if err != nil || errMicros != nil {
		return time.Time{}
	}
	return time.Unix(s, 0).Add(time.Duration(micros) * time.Microsecond)
}

// quoted returns messages with the text of their files, without those of the bot
// and those that Slack generated.
func (s *Slack) quoted(ctx context.Context, messages []innerEvent) []bot.Quoted {
	me := s.me()
	var all []bot.Quoted
	files := 0
	for _, e := range messages {
		if me.isOwn(e) || !slices.Contains(userSubtypes, e.Subtype) {
			continue
		}
		attached := readable(e.allFiles())
		attached = attached[:min(len(attached), chat.MaxFiles-files)]
		files += len(attached)
		m := s.withFiles(ctx, bot.Message{Text: me.textOf(e), Unread: unread(e.allFiles())}, attached)
		all = append(all, bot.Quoted{Text: m.Text, Unread: m.Unread})
	}
	return all
}

// messages calls a method that returns messages. Package slack lacks some of
// their fields.
func (s *Slack) messages(ctx context.Context, method string, args url.Values) (messages []innerEvent, err error) {
	err = chat.Try(ctx, apiTime, permanent, func(ctx context.Context) (err error) {
		messages, err = s.callMessages(ctx, method, args)
		return err
	})
	return messages, err
}

func (s *Slack) callMessages(ctx context.Context, method string, args url.Values) ([]innerEvent, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.apiURL+method, strings.NewReader(args.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "Bearer "+s.o.BotToken())
	response, err := s.http.Do(request)
	if err != nil {
		return nil, chat.WithoutURL(err)
	}
	defer response.Body.Close()
	switch wait, _ := strconv.Atoi(response.Header.Get("Retry-After")); {
	case response.StatusCode == http.StatusTooManyRequests:
		return nil, &slack.RateLimitedError{RetryAfter: time.Duration(wait) * time.Second}
	case response.StatusCode != http.StatusOK:
		return nil, slack.StatusCodeError{Code: response.StatusCode, Status: response.Status}
	}
	var answer struct {
		OK       bool         `json:"ok"`
		Error    string       `json:"error"`
		Needed   string       `json:"needed"`
		Messages []innerEvent `json:"messages"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("%s: invalid response", method)
	}
	if !answer.OK {
		return nil, slack.SlackErrorResponse{Err: answer.Error, Needed: answer.Needed}
	}
	return answer.Messages, nil
}
