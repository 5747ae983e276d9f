package discord

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/bot"
)

// The messages that a message points at: the one that it replies to, those that it
// links to, those of its thread, and those above it. Only messages for the bot
// have pointers. A command that records a message points at the top of its thread.

// A place is where a pointer leads.
type place struct {
	channel string              // the ID of a channel or thread
	message string              // PointAbove and PointThread: the message that points; PointTop: the one at the top, if it is no thread
	guild   string              // of the message that points; "" for a direct message
	from    string              // its channel or thread
	parent  string              // PointThread and PointTop: the channel of the thread
	title   string              // PointThread and PointTop: the name of the thread
	known   *discordapi.Message // PointReply: the message, which the payload contains
}

// jumpLink matches the link to a message.
var jumpLink = regexp.MustCompile(`https://(?:\w+\.)?discord(?:app)?\.com/channels/(\d+|@me)/(\d+)/(\d+)`)

// maxLinks is how many links of a message are followed.
const maxLinks = 3

// points returns what a message for the bot points at, the most certain first.
func (me identity) points(m discordapi.Message, e bot.Message, at channelInfo) []bot.Pointer {
	if !e.Addressed || e.From.Bot {
		return nil
	}
	here := place{channel: m.ChannelID, message: m.ID, guild: cmp.Or(m.GuildID, at.guild), from: m.ChannelID}
	var all []bot.Pointer
	add := func(kind bot.PointerKind, p place) { all = append(all, bot.Pointer{Kind: kind, To: p}) }
	old := m.ReferencedMessage
	replies := m.Type == discordapi.MessageTypeReply && old != nil && (old.Author == nil || old.Author.ID != me.user)
	if replies {
		reply := here
		reply.known = old
		add(bot.PointReply, reply)
	}
	for _, l := range jumpLink.FindAllStringSubmatch(m.Content, maxLinks) {
		link := here
		link.channel, link.message = l[2], l[3]
		add(bot.PointLink, link)
	}
	switch {
	case at.isThread() && e.InThread:
		here.parent, here.title = at.parent, at.title
		add(bot.PointThread, here)
	case !e.Direct && !e.InThread && !replies:
		add(bot.PointAbove, here)
	}
	return all
}

// points reports whether an event is a message that points at others.
func (t inbound) points() bool {
	m, ok := t.event.(bot.Message)
	return ok && len(m.Points) > 0
}

// Read implements bot.Reader.
func (d *Discord) Read(ctx context.Context, m bot.Message, p bot.Pointer) (found []bot.Quoted, ok bool) {
	at, known := p.To.(place)
	if !known {
		return nil, false
	}
	var err error
	switch p.Kind {
	case bot.PointReply:
		found = d.quoted(ctx, *at.known)
	case bot.PointLink:
		found, err = d.readLink(ctx, m, at)
	case bot.PointThread:
		found, err = d.readThread(ctx, m, at)
	case bot.PointAbove:
		found, err = d.readAbove(ctx, m, at)
	case bot.PointTop:
		found, err = d.readTop(ctx, at)
	}
	switch {
	case err == nil:
		return found, true
	case discordapi.IsForbidden(err):
		d.intake.WarnOnce("missing permission to read what messages point at", "permissions", "View Channels, Read Message History", "channel", at.channel, "error", err)
	case errors.Is(err, errNotVisible), isNotFound(err):
		d.log.Debug("discord: message that another points at not read", "event", m.ID, "error", err)
	default:
		d.log.Warn("discord: message that another points at not read", "event", m.ID, "error", err)
	}
	return nil, false
}

// errNotVisible is the error of a message that does not exist, or that the sender
// of the message that points at it may not see.
var errNotVisible = errors.New("the message does not exist, or the user may not see it")

func isNotFound(err error) bool {
	e, ok := errors.AsType[*discordapi.Error](err)
	return ok && e.Status == http.StatusNotFound
}

// get requests a resource.
func (d *Discord) get(ctx context.Context, into any, path string, args ...string) error {
	return chat.Try(ctx, apiTime, permanent, func(ctx context.Context) error {
		return d.client.Do(ctx, discordapi.Request{Method: http.MethodGet, Path: path, Args: args, Into: into})
	})
}

// readLink reads a linked message.
func (d *Discord) readLink(ctx context.Context, m bot.Message, at place) ([]bot.Quoted, error) {
	hidden, err := d.checkAccess(ctx, m, at)
	if err != nil {
		return nil, err
	}
	var linked discordapi.Message
	if err := d.get(ctx, &linked, "/channels/%s/messages/%s", at.channel, at.message); err != nil {
		return nil, err
	}
	found := d.quoted(ctx, linked)
	for i := range found {
		found[i].Hidden = hidden
	}
	return found, nil
}

// readThread reads the thread of a message: first what its sender wrote there
// before, then the message from which it was started, below its name, then what
// others wrote.
func (d *Discord) readThread(ctx context.Context, m bot.Message, at place) ([]bot.Quoted, error) {
	messages, err := d.messagesBefore(ctx, at, threadDepth)
	if err != nil {
		return nil, err
	}
	start, err := d.starter(ctx, at)
	if err != nil {
		return nil, err
	}
	var own, others []discordapi.Message
	for _, each := range messages {
		switch {
		case each.ID == start.ID:
		case each.Author != nil && each.Author.ID == m.From.ID:
			own = append(own, each)
		default:
			others = append(others, each)
		}
	}
	top := d.quoted(ctx, start)
	if len(top) == 0 {
		top = []bot.Quoted{{}}
	}
	top[0].Text = strings.TrimSpace(at.title + "\n" + top[0].Text)
	return slices.Concat(d.quoted(ctx, own...), top, d.quoted(ctx, others...)), nil
}

// readTop reads the message at the top of a thread, or the one that a message without a
// thread replies to.
func (d *Discord) readTop(ctx context.Context, at place) (found []bot.Quoted, err error) {
	var top discordapi.Message
	if at.parent != "" {
		top, err = d.starter(ctx, at)
	} else {
		err = d.get(ctx, &top, "/channels/%s/messages/%s", at.channel, at.message)
	}
	if err != nil {
		return nil, err
	}
	found = d.quoted(ctx, top)
	for i := range found {
		found[i].ID = messageID(at.guild, top.ChannelID, top.ID)
		if top.ChannelID == top.ID { // a forum post has a title
			found[i].Text = strings.TrimSpace(at.title + "\n" + found[i].Text)
		}
	}
	return found, nil
}

// starter returns the message from which a thread was started, which has the ID
// of the thread. In a forum it is in the post itself. Other threads have none.
func (d *Discord) starter(ctx context.Context, at place) (m discordapi.Message, err error) {
	channel := at.parent
	if d.isForum(ctx, at.parent) {
		channel = at.channel
	}
	if err = d.get(ctx, &m, "/channels/%s/messages/%s", channel, at.channel); isNotFound(err) {
		return discordapi.Message{}, nil
	}
	return m, err
}

// readAbove reads what the sender of a message wrote in the channel just before.
func (d *Discord) readAbove(ctx context.Context, m bot.Message, at place) ([]bot.Quoted, error) {
	messages, err := d.messagesBefore(ctx, at, aboveDepth)
	if err != nil {
		return nil, err
	}
	now, _ := discordgo.SnowflakeTimestamp(at.message)
	messages = slices.DeleteFunc(messages, func(each discordapi.Message) bool {
		then, err := discordgo.SnowflakeTimestamp(each.ID)
		return each.Author == nil || each.Author.ID != m.From.ID || err != nil || now.Sub(then) > chat.AboveAge
	})
	return d.quoted(ctx, messages[:min(len(messages), chat.MaxAbove)]...), nil
}

// How many messages before the one that points Read looks at.
const (
	threadDepth = 50
	aboveDepth  = 30
)

// messagesBefore returns the messages before the one that points, newest first.
func (d *Discord) messagesBefore(ctx context.Context, at place, limit int) (messages []discordapi.Message, err error) {
	err = d.get(ctx, &messages, fmt.Sprintf("/channels/%%s/messages?before=%%s&limit=%d", limit), at.channel, at.message)
	return messages, err
}

// quoted returns messages with the text of their files, without those of the bot
// and those that Discord generated.
func (d *Discord) quoted(ctx context.Context, messages ...discordapi.Message) []bot.Quoted {
	me := d.me()
	var all []bot.Quoted
	files := 0
	for _, m := range messages {
		if m.Author == nil || m.Author.ID == me.user || !slices.Contains(userTypes, m.Type) || m.ID == "" {
			continue
		}
		attached := readable(attachmentsOf(m))
		attached = attached[:min(len(attached), chat.MaxFiles-files)]
		files += len(attached)
		e := d.attached(ctx, bot.Message{Text: me.textOf(m), Unread: unread(attachmentsOf(m))}, attached)
		all = append(all, bot.Quoted{Text: e.Text, Unread: e.Unread})
	}
	return all
}

// checkAccess checks that the sender of a message may see a linked one. hidden is
// true if others who see the message may not.
func (d *Discord) checkAccess(ctx context.Context, m bot.Message, at place) (hidden bool, err error) {
	if at.channel == at.from {
		return false, nil
	}
	channel, guild, err := d.lookUpPlace(ctx, at.channel)
	if err != nil {
		return false, err
	}
	switch {
	case guild.ID == "" || at.guild != "" && guild.ID != at.guild:
		return false, errNotVisible // a direct message, or another server
	case at.guild != "" && channel.ID == m.Thread.Channel:
		return false, nil
	}
	everyone := []string{guild.ID}
	if canRead(channel, basePermissions(guild, everyone), guild.ID, "", everyone) && at.guild != "" {
		return false, nil
	}
	var member discordapi.Member
	if err := d.get(ctx, &member, "/guilds/%s/members/%s", guild.ID, m.From.ID); err != nil {
		return false, err
	}
	roles := append(everyone, member.Roles...)
	if guild.OwnerID != m.From.ID && !canRead(channel, basePermissions(guild, roles), guild.ID, m.From.ID, roles) {
		return false, errNotVisible
	}
	return d.isNarrower(ctx, m, at, channel), nil
}

// lookUpPlace returns a channel with its overwrites, and its guild. That of a
// thread is the channel of the thread. A private thread is not visible.
func (d *Discord) lookUpPlace(ctx context.Context, id string) (channel discordapi.Channel, guild discordapi.Guild, err error) {
	if err = d.get(ctx, &channel, "/channels/%s", id); err != nil || channel.Type == nil {
		return channel, guild, cmp.Or(err, errNotVisible)
	}
	if *channel.Type == discordapi.ChannelTypePrivateThread {
		return channel, guild, errNotVisible
	}
	if (channelInfo{kind: *channel.Type}).isThread() {
		id, channel = channel.ParentID, discordapi.Channel{}
		if err = d.get(ctx, &channel, "/channels/%s", id); err != nil {
			return channel, guild, err
		}
	}
	if channel.GuildID != "" {
		err = d.get(ctx, &guild, "/guilds/%s", channel.GuildID)
	}
	return channel, guild, err
}

// canRead reports whether a member with the base permissions has may read a
// channel.
func canRead(c discordapi.Channel, has uint64, guild, user string, roles []string) bool {
	const reads = discordgo.PermissionViewChannel | discordgo.PermissionReadMessageHistory
	return computeOverwrites(c, has, guild, user, roles)&reads == reads
}

// isNarrower reports whether users who see the message that points may not see a
// channel. They may if that channel takes the permission to view it from no role
// and the channel of the message gives it to none.
func (d *Discord) isNarrower(ctx context.Context, m bot.Message, at place, c discordapi.Channel) bool {
	const reads = discordapi.Permissions(discordgo.PermissionViewChannel | discordgo.PermissionReadMessageHistory)
	var here discordapi.Channel
	if at.guild == "" || d.get(ctx, &here, "/channels/%s", m.Thread.Channel) != nil {
		return true
	}
	return slices.ContainsFunc(c.PermissionOverwrites, func(o discordapi.Overwrite) bool { return o.Deny&reads != 0 }) ||
		slices.ContainsFunc(here.PermissionOverwrites, func(o discordapi.Overwrite) bool { return o.Allow&reads != 0 })
}
