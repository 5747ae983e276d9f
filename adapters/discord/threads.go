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
		channel, err := d.directChannel(ctx, user)
		return destination{channel: channel}, err
	}
	switch {
	case t.Root == "":
		return destination{channel: t.Channel}, nil
	case p.Opens:
		return destination{channel: d.openingChannel(t)}, nil
	case d.channels.isDeleted(t.Root):
		return destination{}, bot.Refused(errThreadDeleted)
	case d.channels.isThread(t.Root) && !d.forbidden.has(noSending+t.Channel):
		return destination{channel: t.Root}, nil
	case !snowflake.MatchString(t.Root): // of a private answer
		return destination{channel: t.Channel}, nil
	}
	return d.startThread(ctx, p)
}

// openingChannel is where a conversation is opened in a channel: in the thread of it in
// which somebody asked for that, else in the channel itself.
func (d *Discord) openingChannel(t bot.Thread) string {
	from := originChannel(t.Root)
	if at, _ := d.channels.get(from); at.isThread() && at.parent == t.Channel && t.Channel != d.o.EscalationChannel {
		return from
	}
	return t.Channel
}

// startThread begins the thread at the message that a conversation is about.
func (d *Discord) startThread(ctx context.Context, p bot.Post) (destination, error) {
	t := p.Thread
	reply := destination{t.Channel, t.Root}
	at, err := d.lookUpChannel(ctx, t.Channel)
	switch {
	case err != nil && !permanent(err):
		return destination{}, notSentError(fmt.Errorf("discord: get channel: %w", err))
	case err == nil && slices.Contains(forumTypes, at.kind):
		return destination{channel: t.Root}, nil // each post is a thread, and archived ones are not told of
	case err == nil && !slices.Contains(threadableTypes, at.kind), d.forbidden.has(noSending + t.Channel):
		return reply, nil
	}
	var begun discordapi.Channel
	exists := false
	err = d.forbidden.try(ctx, noThreads+t.Channel, func(err error) bool { return discordapi.IsThreadForbidden(err) && !exists }, func() error {
		err := d.client.Do(ctx, discordapi.Request{
			Method: "POST", Path: "/channels/%s/messages/%s/threads", Args: []string{t.Channel, t.Root}, Into: &begun,
			Body: map[string]any{"name": d.threadName(p.Reply), "auto_archive_duration": autoArchiveMinutes},
		})
		exists = discordapi.IsThreadForbidden(err) && d.threadExists(ctx, t.Root)
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
		d.intake.WarnOnce("missing permission to start threads, replying instead", "channel", t.Channel, "permissions", "Create Public Threads, Send Messages in Threads", "error", err)
		return reply, nil
	case discordapi.Code(err) == discordgo.ErrCodeUnknownMessage && !p.Opens:
		return destination{channel: t.Root}, nil // it is gone; its thread may be there
	}
	return destination{}, deliveryError("start thread", err)
}

// threadExists reports whether there is a thread with the id of a message.
func (d *Discord) threadExists(ctx context.Context, id string) bool {
	at, err := d.lookUpChannel(ctx, id)
	return err == nil && at.isThread()
}

// isForum reports whether a channel holds nothing but threads.
func (d *Discord) isForum(ctx context.Context, id string) bool {
	at, err := d.lookUpChannel(ctx, id)
	return err == nil && slices.Contains(forumTypes, at.kind)
}

// threadableTypes are the kinds of channels in which threads can begin at a message:
// text and announcements.
var threadableTypes = []int{discordapi.ChannelTypeGuildText, discordapi.ChannelTypeGuildAnnouncement}

// directChannel is the channel of the direct message with a user.
func (d *Discord) directChannel(ctx context.Context, user string) (string, error) {
	if channel, ok := d.directs.Load(user); ok {
		return channel.(string), nil
	}
	var c discordapi.Channel
	err := d.client.Do(ctx, discordapi.Request{Method: "POST", Path: "/users/@me/channels", Body: map[string]any{"recipient_id": user}, Into: &c})
	if err == nil && c.ID == "" {
		err = chat.ErrIncomplete
	}
	if err != nil {
		return "", deliveryError("create DM", err)
	}
	d.channels.learn("", discordapi.Channel{ID: c.ID, Type: new(discordapi.ChannelTypeDM)})
	d.directs.Store(user, c.ID)
	return c.ID, nil
}

// errThreadDeleted says that the thread of a post does not exist any more.
var errThreadDeleted = errors.New("discord: the thread was deleted")
