package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"mabsbot/kb"
)

// The weekly digest: a post with the figures of a week, once in a channel.
// digestview.go renders it.

const (
	// digestInterval is how often the time is compared with that of the digest, so
	// that it is at most a minute late, even after the clock was changed.
	digestInterval = time.Minute
	// digestLate is how late a digest may be, because the program did not run. The
	// store remembers events for an hour longer, so that none is posted twice.
	digestLate = 24 * time.Hour
	// maxOpenRead bounds the open cases that are counted.
	maxOpenRead = 1000
)

// A DigestPolicy says where and when digests are posted.
type DigestPolicy struct {
	Channels map[string]string // by adapter: the ID of the channel
	Day      time.Weekday
	Hour     int            // 0 to 23, in Zone
	Zone     *time.Location // not nil if there are Channels
}

// Last returns when the last digest up to a time was due. If the clocks skip the
// hour on that day, it is due an hour earlier or later.
func (p DigestPolicy) Last(now time.Time) time.Time {
	now = now.In(p.Zone)
	year, month, day := now.Date()
	day -= (int(now.Weekday()) - int(p.Day) + 7) % 7
	due := time.Date(year, month, day, p.Hour, 0, 0, 0, p.Zone)
	if due.After(now) {
		due = time.Date(year, month, day-7, p.Hour, 0, 0, 0, p.Zone)
	}
	return due
}

// Next returns when the next digest after a time is due.
func (p DigestPolicy) Next(now time.Time) time.Time { return p.Last(now.In(p.Zone).AddDate(0, 0, 7)) }

// digestEvent returns the ID of the event that a digest is. A week has one, whatever
// becomes of its hour.
func digestEvent(adapter string, due time.Time) EventID {
	year, week := due.ISOWeek()
	return EventID(fmt.Sprintf("digest:%s:%d-W%02d", adapter, year, week))
}

// Digest returns the digest of an adapter that is due at a time, and its post. It
// sends nothing. The week is that of the seven days before, in UTC.
func (b *Bot) Digest(ctx context.Context, adapter string, due time.Time) (Digest, Post, error) {
	policy, err := b.currentPolicy(ctx)
	if err != nil {
		return Digest{}, Post{}, err
	}
	today := int(due.Unix() / (24 * 60 * 60))
	d := Digest{Adapter: adapter, Channel: policy.Digest.Channels[adapter], From: dateOf(today - 7), To: dateOf(today - 1)}
	for _, week := range []struct {
		sums *WeekSums
		from int
	}{{&d.Week, today - 7}, {&d.Before, today - 14}} {
		byDay, err := b.store.CountsByDay(ctx, week.from, week.from+6)
		if err != nil {
			return Digest{}, Post{}, err
		}
		byEntry, err := b.store.CountsByEntry(ctx, week.from, week.from+6)
		if err != nil {
			return Digest{}, Post{}, err
		}
		*week.sums = weekSums(adapter, byDay, byEntry)
		if week.sums == &d.Week {
			d.Entries = digestEntries(adapter, byEntry)
		}
	}
	if err := b.addNow(ctx, &d, due.Location()); err != nil {
		return Digest{}, Post{}, err
	}
	base := b.base()
	for _, e := range kb.Due(base.Entries(), due.Format(time.DateOnly)) {
		d.Due = append(d.Due, e.ID)
	}
	rules := Rules{Base: base, Locales: b.locales, Policy: policy}
	return d, digestPost(rules, d), nil
}

// dateOf returns a day that is counted from 1970 as a date.
func dateOf(day int) string {
	return time.Unix(int64(day)*24*60*60, 0).UTC().Format(time.DateOnly)
}

// addNow adds to a digest what is open and what could not be sent.
func (b *Bot) addNow(ctx context.Context, d *Digest, zone *time.Location) error {
	open, err := b.OpenCases(ctx, maxOpenRead)
	if err != nil {
		return err
	}
	for _, c := range open {
		if c.Of.Adapter != d.Adapter {
			continue
		}
		if d.OpenCount++; d.OpenCount <= maxDigestCases {
			d.Open = append(d.Open, DigestCase{c.Number, c.Title, time.Unix(c.Opened, 0).In(zone).Format(time.DateOnly), c.Taken.done(), c.Team})
		}
	}
	backlogs, err := b.outbox.Backlogs(ctx)
	for _, l := range backlogs {
		if l.Adapter == d.Adapter {
			d.DeadLetter = l.DeadLetters
		}
	}
	return err
}

// postDigests queues the digests that are due, until ctx ends. Every process does
// that; the event of the digest lets one succeed.
func (b *Bot) postDigests(ctx context.Context, adapters []Adapter) {
	done := map[string]EventID{} // by adapter, the last digest that is queued
	for ctx.Err() == nil {
		p := b.knownPolicy().Digest
		for _, adapter := range slices.Sorted(maps.Keys(p.Channels)) {
			due := p.Last(time.Now())
			event := digestEvent(adapter, due)
			if time.Since(due) >= digestLate || done[adapter] == event || !isServed(adapter, adapters) {
				continue
			}
			err := b.postDigest(ctx, adapter, due, event)
			if err == nil || errors.Is(err, ErrDuplicate) {
				done[adapter] = event
			} else if ctx.Err() == nil {
				b.log.Error("digest: cannot be posted yet", "adapter", adapter, "error", err)
			}
		}
		sleep(ctx, nil, digestInterval)
	}
}

// postDigest queues a digest together with its event.
func (b *Bot) postDigest(ctx context.Context, adapter string, due time.Time, event EventID) error {
	_, post, err := b.Digest(ctx, adapter, due)
	if err != nil {
		return err
	}
	post.Thread.Root = newRoot(event)
	turn := Turn{Event: event}
	turn.add(post)
	if err := b.store.Apply(ctx, turn); err != nil {
		return err
	}
	b.log.Info("digest: queued", "adapter", adapter, "channel", post.Thread.Channel, "event", event)
	b.wakeSenders(turn)
	return nil
}
