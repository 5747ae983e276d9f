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

// A spot is where a message is written.
type spot struct {
	channel string // or thread, or direct message
	reply   string // the message to reply to, or ""
}

// spot finds where a post goes: a direct message is opened first, and a thread
// begun.
func (d *Discord) spot(ctx context.Context, p bot.Post) (spot, error) {
	t := p.Thread
	if user, direct := directUser(t.Channel); direct {
		channel, err := d.directWith(ctx, user)
		return spot{channel: channel}, err
	}
	switch {
	case t.Root == "":
		return spot{channel: t.Channel}, nil
	case p.Opens:
		return spot{channel: d.opensIn(t)}, nil
	case d.places.isGone(t.Root):
		return spot{}, bot.Refused(errGone)
	case d.places.isThread(t.Root) && !d.closed.is(noSending+t.Channel):
		return spot{channel: t.Root}, nil
	case !snowflake.MatchString(t.Root): // of a private answer
		return spot{channel: t.Channel}, nil
	}
	return d.begin(ctx, p)
}

// opensIn is where a conversation is opened in a channel: in the thread of it in
// which somebody asked for that, else in the channel itself.
func (d *Discord) opensIn(t bot.Thread) string {
	from := origin(t.Root)
	if at, _ := d.places.of(from); at.thread() && at.parent == t.Channel && t.Channel != d.o.EscalationChannel {
		return from
	}
	return t.Channel
}

// begin begins the thread at the message that a conversation is about.
func (d *Discord) begin(ctx context.Context, p bot.Post) (spot, error) {
	t := p.Thread
	reply := spot{t.Channel, t.Root}
	at, err := d.place(ctx, t.Channel)
	switch {
	case err != nil && !hopeless(err):
		return spot{}, transient(fmt.Errorf("discord: look at a channel: %w", err))
	case err == nil && slices.Contains(forums, at.kind):
		return spot{channel: t.Root}, nil // each post is a thread, and archived ones are not told of
	case err == nil && !slices.Contains(threaded, at.kind), d.closed.is(noThreads + t.Channel), d.closed.is(noSending + t.Channel):
		return reply, nil
	}
	var begun discordapi.Channel
	err = d.client.Do(ctx, discordapi.Request{
		Method: "POST", Path: "/channels/%s/messages/%s/threads", Args: []string{t.Channel, t.Root}, Into: &begun,
		Body: map[string]any{"name": d.title(p.Reply), "auto_archive_duration": archiveAfter},
	})
	switch {
	case err == nil, discordapi.Code(err) == discordgo.ErrCodeThreadAlreadyCreatedForThisMessage:
		d.places.learn(at.guild, discordapi.Channel{ID: t.Root, ParentID: t.Channel, Type: new(discordapi.ChannelTypePublicThread)})
		return spot{channel: t.Root}, nil
	case discordapi.IsThreadForbidden(err) && d.threadThere(ctx, t.Root):
		return spot{channel: t.Root}, nil
	case discordapi.IsThreadForbidden(err):
		d.closed.shut(noThreads + t.Channel)
		d.intake.WarnOnce("the bot may not begin threads in a channel, and answers by replies there; it lacks the permissions Create Public Threads or Send Messages in Threads, or the channel takes none", "channel", t.Channel, "error", err)
		return reply, nil
	case discordapi.Code(err) == discordgo.ErrCodeUnknownMessage && !p.Opens:
		return spot{channel: t.Root}, nil // it is gone; its thread may be there
	}
	return spot{}, failed("begin a thread", err)
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

// noThreads begins what is closed of a channel that takes messages but no
// threads.
const noThreads = "threads/"

// noSending begins what is closed of a channel in whose threads the bot may not
// write, and noReplies of one that takes no replies.
const (
	noSending = "sending/"
	noReplies = "replies/"
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
	d.places.learn("", discordapi.Channel{ID: c.ID, Type: new(discordapi.ChannelTypeDM)})
	d.directs.Store(user, c.ID)
	return c.ID, nil
}

// The errors of posts that nobody will see.
var (
	errGone   = errors.New("discord: the thread was deleted")
	errClosed = errors.New("discord: the bot may not write there") // it was refused a short time ago
)

// closedTime is for how long a channel that refused the bot is left alone, unless
// its permissions change: requests that Discord refuses are held against the bot.
const closedTime = 10 * time.Minute

// Closed channels are those that refuse the bot. It is safe for concurrent use.
type closed struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func newClosed() *closed { return &closed{until: map[string]time.Time{}} }

func (c *closed) shut(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until[what] = time.Now().Add(closedTime)
}

func (c *closed) is(what string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.until[what].After(time.Now())
}

// open notes that a channel may have changed.
func (c *closed) open(channel string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.until, channel)
	delete(c.until, noThreads+channel)
	delete(c.until, noSending+channel)
	delete(c.until, noReplies+channel)
}

// clear notes that all may have.
func (c *closed) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.until)
}
