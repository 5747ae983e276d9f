package discord

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// Where a post goes. The thread that is begun at a message has the message's id,
// and so has a post in a forum: that id is the root of a conversation whether
// there is a thread yet or not. Where none may be begun, the conversation goes on
// by replies to the message.

// A destination is where a message is sent.
type destination struct {
	channel string // or thread, or direct message
	reply   string // the message to reply to, or ""
}

// destination returns where a post goes. It opens a direct message or starts a
// thread if there is none yet.
func (d *Discord) destination(ctx context.Context, p bot.Post) (destination, error) {
	t := p.Thread
	if user, direct := directUser(t.Channel); direct {
		channel, err := d.directWith(ctx, user)
		return destination{channel: channel}, err
	}
	switch {
	case t.Root == "":
		return destination{channel: t.Channel}, nil
	case p.Opens:
		return destination{channel: d.opensIn(t)}, nil
	case d.channels.isGone(t.Root):
		return destination{}, bot.Refused(errGone)
	case d.channels.isThread(t.Root) && !d.forbidden.has(noSending+t.Channel):
		return destination{channel: t.Root}, nil
	case !snowflake.MatchString(t.Root): // of a private answer
		return destination{channel: t.Channel}, nil
	}
	return d.begin(ctx, p)
}

// opensIn is where a conversation is opened in a channel: in the thread of it in
// which somebody asked for that, else in the channel itself.
func (d *Discord) opensIn(t bot.Thread) string {
	from := origin(t.Root)
	if at, _ := d.channels.of(from); at.thread() && at.parent == t.Channel && t.Channel != d.o.EscalationChannel {
		return from
	}
	return t.Channel
}

// begin begins the thread at the message that a conversation is about.
func (d *Discord) begin(ctx context.Context, p bot.Post) (destination, error) {
	t := p.Thread
	reply := destination{t.Channel, t.Root}
	at, err := d.place(ctx, t.Channel)
	switch {
	case err != nil && !hopeless(err):
		return destination{}, transient(fmt.Errorf("discord: look at a channel: %w", err))
	case err == nil && slices.Contains(forums, at.kind):
		return destination{channel: t.Root}, nil // each post is a thread, and archived ones are not told of
	case err == nil && !slices.Contains(threaded, at.kind), d.forbidden.has(noThreads + t.Channel), d.forbidden.has(noSending + t.Channel):
		return reply, nil
	}
	var begun discordapi.Channel
	err = d.client.Do(ctx, discordapi.Request{
		Method: "POST", Path: "/channels/%s/messages/%s/threads", Args: []string{t.Channel, t.Root}, Into: &begun,
		Body: map[string]any{"name": d.title(p.Reply), "auto_archive_duration": archiveAfter},
	})
	switch {
	case err == nil, discordapi.Code(err) == discordgo.ErrCodeThreadAlreadyCreatedForThisMessage:
		d.channels.learn(at.guild, discordapi.Channel{ID: t.Root, ParentID: t.Channel, Type: new(discordapi.ChannelTypePublicThread)})
		return destination{channel: t.Root}, nil
	case discordapi.IsThreadForbidden(err) && d.threadThere(ctx, t.Root):
		return destination{channel: t.Root}, nil
	case discordapi.IsThreadForbidden(err):
		d.forbidden.add(noThreads + t.Channel)
		d.intake.WarnOnce("the bot may not begin threads in a channel, and answers by replies there; it lacks the permissions Create Public Threads or Send Messages in Threads, or the channel takes none", "channel", t.Channel, "error", err)
		return reply, nil
	case discordapi.Code(err) == discordgo.ErrCodeUnknownMessage && !p.Opens:
		return destination{channel: t.Root}, nil // it is gone; its thread may be there
	}
	return destination{}, failed("begin a thread", err)
}

// threadThere reports whether there is a thread with the id of a message.
func (d *Discord) threadThere(ctx context.Context, id string) bool {
	at, err := d.place(ctx, id)
	return err == nil && at.thread()
}

// isForum reports whether a channel holds nothing but threads.
func (d *Discord) isForum(ctx context.Context, id string) bool {
	at, err := d.place(ctx, id)
	return err == nil && slices.Contains(forums, at.kind)
}

// threaded are the kinds of channels in which threads can begin at a message:
// text and announcements.
var threaded = []int{discordapi.ChannelTypeGuildText, discordapi.ChannelTypeGuildAnnouncement}

// Prefixes of channel ids in forbidden. An id alone is a channel in which the bot
// may not send messages.
const (
	noThreads = "threads/" // it may not start threads
	noSending = "sending/" // it may not send messages in threads
	noReplies = "replies/" // it may not reply to messages
)

// directWith is the channel of the direct message with a user.
func (d *Discord) directWith(ctx context.Context, user string) (string, error) {
	if channel, ok := d.directs.Load(user); ok {
		return channel.(string), nil
	}
	var c discordapi.Channel
	err := d.client.Do(ctx, discordapi.Request{Method: "POST", Path: "/users/@me/channels", Body: map[string]any{"recipient_id": user}, Into: &c})
	if err == nil && c.ID == "" {
		err = chat.ErrIncomplete
	}
	if err != nil {
		return "", failed("open a direct message", err)
	}
	d.channels.learn("", discordapi.Channel{ID: c.ID, Type: new(discordapi.ChannelTypeDM)})
	d.directs.Store(user, c.ID)
	return c.ID, nil
}

// The errors of posts that nobody will see.
var (
	errGone      = errors.New("discord: the thread was deleted")
	errForbidden = errors.New("discord: the bot may not write there") // it was refused a short time ago
)

// forbiddenTime is how long the bot does not repeat a request that Discord answered
// with missing permissions, unless the permissions change: such requests count as
// invalid, and too many of them ban the bot.
// https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
const forbiddenTime = 10 * time.Minute

// forbidden holds what the bot may not do in which channel. It is safe for
// concurrent use.
type forbidden struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func newForbidden() *forbidden { return &forbidden{until: map[string]time.Time{}} }

func (f *forbidden) add(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.until[what] = time.Now().Add(forbiddenTime)
}

func (f *forbidden) has(what string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.until[what].After(time.Now())
}

// remove forgets a channel, because its permissions may have changed.
func (f *forbidden) remove(channel string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.until, channel)
	delete(f.until, noThreads+channel)
	delete(f.until, noSending+channel)
	delete(f.until, noReplies+channel)
}

// clear forgets all channels.
func (f *forbidden) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.until)
}
