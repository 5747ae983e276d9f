package discord

import (
	"context"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Discord sends all events to every connection with its own session, and a session
// belongs to one connection. So one process, the leader, connects. Its successor
// resumes the session that the leader saved: Discord sends it what the leader had not
// handled.

// lead first handles recorded events, and then receives events until ctx ends or
// Discord refuses.
func (d *Discord) lead(ctx context.Context, term *bot.Term) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	d.connecting.term, d.sessions.term = term, term.Number
	restored, err := d.sessions.restore(ctx)
	if err != nil && ctx.Err() == nil {
		d.log.Error("discord: inbox not fully read", "error", err)
	}
	d.leads.Store(true)
	d.replay(ctx)
	err = d.listen(ctx, restored)
	d.link.Lost()
	d.leads.Store(false)
	end()
	d.intake.Wait()
	_ = d.client.SaveSession(ctx) // if it fails, handled events are replayed
	d.channels.clear()            // what events would have changed meanwhile
	return err
}

// connecting decides when the gateway may be connected: seldom enough, and only while
// this process leads. It implements discordapi.Throttle.
type connecting struct {
	throttle chat.Throttle
	term     *bot.Term
}

// Take implements discordapi.Throttle.
func (c *connecting) Take(ctx context.Context, perMinute int, onWait func(time.Duration)) error {
	if err := c.throttle.Take(ctx, perMinute, onWait); err != nil {
		return err
	}
	return c.term.Confirm(ctx)
}
