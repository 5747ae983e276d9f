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

// Where a post goes. A thread that is started from a message has the ID of the
// message, and so has a forum post. That ID is the root of a conversation,
// whether or not the thread exists yet. Where the bot may not start threads, it
// replies to the message instead.
// https://docs.discord.com/developers/topics/threads

// A destination is the channel of a message, and the message it replies to.
type destination struct {
	channel string // the ID of a channel, thread or DM channel
	reply   string // the ID of a message, or ""
}

// destination returns where a post goes. It opens a DM channel or starts a
// thread if necessary.
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
		return destination{channel: d.openingChannel(p)}, nil
	case d.channels.isDeleted(t.Root):
		return destination{}, bot.Refused(errThreadDeleted)
	case d.channels.isThread(t.Root) && !d.forbidden.has(noSending+t.Channel):
		return destination{channel: t.Root}, nil
	case !snowflake.MatchString(t.Root): // of a private conversation
		return destination{channel: t.Channel}, nil
	}
	return d.startThread(ctx, p)
}

// openingChannel returns where a new conversation starts: in the thread of the
// channel where the user asked for it, or in the channel itself.
func (d *Discord) openingChannel(p bot.Post) string {
	t := p.Thread
	from := originChannel(t.Root)
	if at, _ := d.channels.get(from); at.isThread() && at.parent == t.Channel && !p.Team && t.Channel != d.o.EscalationChannel() { // an earlier version stored posts without Team
		return from
	}
	return t.Channel
}

// startThread starts a thread from the message that a conversation is about.
func (d *Discord) startThread(ctx context.Context, p bot.Post) (destination, error) {
	t := p.Thread
	reply := destination{t.Channel, t.Root}
	at, err := d.lookUpChannel(ctx, t.Channel)
	switch {
	case err != nil && !permanent(err):
		return destination{}, notSentError(fmt.Errorf("discord: get channel: %w", err))
	case err == nil && slices.Contains(forumTypes, at.kind):
		return destination{channel: t.Root}, nil // each post is a thread, also those that are archived and not cached
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
		return destination{channel: t.Root}, nil // the message was deleted, but its thread may exist
	}
	return destination{}, deliveryError("start thread", err)
}

// threadExists reports whether a message has a thread.
func (d *Discord) threadExists(ctx context.Context, id string) bool {
	at, err := d.lookUpChannel(ctx, id)
	return err == nil && at.isThread()
}

// isForum reports whether a channel consists of threads only.
func (d *Discord) isForum(ctx context.Context, id string) bool {
	at, err := d.lookUpChannel(ctx, id)
	return err == nil && slices.Contains(forumTypes, at.kind)
}

// threadableTypes are the types of channels in which a thread can be started
// from a message.
var threadableTypes = []int{discordapi.ChannelTypeGuildText, discordapi.ChannelTypeGuildAnnouncement}

// directChannel returns the ID of the DM channel with a user.
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

// errThreadDeleted is the error of a post to a deleted thread.
var errThreadDeleted = errors.New("discord: the thread was deleted")
