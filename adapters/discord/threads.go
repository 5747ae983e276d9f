package discord

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
	case err == nil && !slices.Contains(threaded, at.kind), d.forbidden.has(noSending + t.Channel):
		return reply, nil
	}
	var begun discordapi.Channel
	exists := false
	err = d.forbidden.try(ctx, noThreads+t.Channel, func(err error) bool { return discordapi.IsThreadForbidden(err) && !exists }, func() error {
		err := d.client.Do(ctx, discordapi.Request{
			Method: "POST", Path: "/channels/%s/messages/%s/threads", Args: []string{t.Channel, t.Root}, Into: &begun,
			Body: map[string]any{"name": d.title(p.Reply), "auto_archive_duration": archiveAfter},
		})
		exists = discordapi.IsThreadForbidden(err) && d.threadThere(ctx, t.Root)
		return err
	})
	switch {
	case err == nil, discordapi.Code(err) == discordgo.ErrCodeThreadAlreadyCreatedForThisMessage:
		d.channels.learn(at.guild, discordapi.Channel{ID: t.Root, ParentID: t.Channel, Type: new(discordapi.ChannelTypePublicThread)})
		return destination{channel: t.Root}, nil
	case exists:
		return destination{channel: t.Root}, nil
	case errors.Is(err, errForbidden):
		return reply, nil
	case discordapi.IsThreadForbidden(err):
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

// errGone says that the thread of a post does not exist any more.
var errGone = errors.New("discord: the thread was deleted")
