package bot

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Errors of Store.Apply.
var (
	// ErrDuplicate reports that the event was already handled. There is nothing
	// to do.
	ErrDuplicate = errors.New("bot: event already handled")
	// ErrConflict reports that the walkthrough changed since it was read. Load,
	// decide and apply again.
	ErrConflict = errors.New("bot: walkthrough changed since it was read")
)

// ErrUnreadable reports that stored content is damaged. A method that returns
// several values returns the others together with it.
var ErrUnreadable = errors.New("bot: stored content is unreadable")

// ErrTrouble reports that the disk of the database is full, or a part of it damaged.
// The store logs that once; what fails because of it is logged at debug level.
var ErrTrouble = errors.New("bot: the database is full or damaged")

// FailureLevel returns the level at which to log that an operation of the store
// failed.
func FailureLevel(err error, level slog.Level) slog.Level {
	if errors.Is(err, ErrTrouble) {
		return slog.LevelDebug
	}
	return level
}

// A Store keeps conversations. Handler calls Load for every event, Recent for a
// recognized error, Waiting after a fix, and Apply for every event that has consequences,
// concurrently and possibly from several processes.
type Store interface {
	UnansweredStore
	FixStore
	IncidentStore

	// Load returns the walkthrough of a thread (if there is none, the zero one
	// with Thread set) and the language that the user chose ("" if none).
	Load(ctx context.Context, thread Thread, user UserKey) (Walkthrough, string, error)

	// Recent returns at most limit threads in which the entry was started in the
	// channel of near, the latest first: same adapter, workspace and channel,
	// another root, at most window ago. Walkthroughs that other users cannot see
	// do not count (private ones, and threads that are not opened yet), nor do
	// those whose Status is StatusChoosing, StatusUnmatched, StatusProposed or zero.
	Recent(ctx context.Context, near Thread, entry string, window time.Duration, limit int) ([]Thread, error)

	// Waiting reports whether a post waits to be sent, or for its Delay.
	Waiting(ctx context.Context, post PostID) (bool, error)

	// Keeps reports whether a post is known, waiting or sent. Posts are removed
	// with their walkthrough.
	Keeps(ctx context.Context, post PostID) (bool, error)

	// ChannelSettings returns the settings of the channels that were changed after a
	// version, in the order of the changes. After version 0 it returns all.
	ChannelSettings(ctx context.Context, after int) ([]ChannelSettings, error)

	// SettingsChanges returns at most limit changes of the settings of a channel, the
	// latest first. They are kept for a year.
	SettingsChanges(ctx context.Context, place Place, limit int) ([]SettingsChange, error)

	// StepCounts returns how often the steps of an entry had each outcome, in the order
	// of Step and Outcome, without those that add up to 0. It counts turns of LearningWindow,
	// and some days before. repeated reports that a turn named the asker for the entry
	// less than RepeatAsker ago.
	StepCounts(ctx context.Context, entry string, asker UserKey) (counts []StepCount, repeated bool, err error)

	// Apply records in one transaction: the event as handled, the new states,
	// the posts to send, the preference, the record of what was not answered, the fix, the reports of errors,
	// the incident, which is an ErrConflict unless its Version is the stored one, the counts, which count for the day of Apply,
	// what was learned, and the change of settings, which is an ErrConflict unless its Version is that
	// of the latest change. A state is written only if the
	// stored version equals its Version, and is stored with Version+1. Two
	// threads of a workspace cannot have a Handover with the same number; the
	// second is an ErrConflict. On an
	// error nothing is written; ErrDuplicate takes precedence over ErrConflict.
	// A post whose ID is known is not queued again. If a post replaces one that
	// still waits for its Delay, the latter is never sent, and the post replaces what
	// that one would have replaced. Of the unclaimed posts
	// that replace the same delivered one, only the last is sent; Claim sets its
	// Replaces to that one. A post with a Delay does not count as one of them.
	Apply(ctx context.Context, turn Turn) error

	// Erase removes the content of the posts about a message, if they are recorded (a vote
	// on them stays) or
	// dead letters, and of the payloads of the message that could not be handled. A
	// post that waits is sent, or dropped without becoming a dead letter. It returns
	// the threads with posts about the message.
	Erase(ctx context.Context, message EventID) ([]Thread, error)

	// Shadowed returns recorded posts with Shadow set, newest first. No outbox returns
	// them.
	Shadowed(ctx context.Context, q ShadowQuery) ([]Post, error)

	// ShadowSums returns the sums of the answers whose Question has a result, by channel and
	// result. Apply notes one for each message: that of the last edit.
	ShadowSums(ctx context.Context) ([]ShadowSum, error)

	// Votes returns answers whose Question has a result: those with the first post among
	// q.Posts, or else those with a vote, latest vote first.
	Votes(ctx context.Context, q VoteQuery) ([]Vote, error)

	// Vote records a vote on the answer with the first post, in place of an earlier one.
	// An edit of the message ends it. The error is ErrNoVote if there is no such answer.
	Vote(ctx context.Context, post PostID, right bool, by User) error

	// Walkthroughs returns at most limit walkthroughs whose Asker is the user,
	// with any Status, most recently changed first. The user's workspace is
	// that of the threads. Those with a Handover do not count.
	Walkthroughs(ctx context.Context, user UserKey, limit int) ([]Walkthrough, error)

	// Case returns the walkthrough of the workspace whose Handover has the
	// number. ok is false if there is none.
	Case(ctx context.Context, adapter, workspace string, number int) (w Walkthrough, ok bool, err error)

	// OpenCases returns at most limit walkthroughs with StatusCase of the
	// workspace, those that were stored first first. Without an adapter it
	// returns those of all workspaces.
	OpenCases(ctx context.Context, adapter, workspace string, limit int) ([]Walkthrough, error)

	// CaseCount returns the highest number that a Handover in the user's
	// workspace ever had, and how many with the user as Asker were first stored at most
	// window ago.
	CaseCount(ctx context.Context, user UserKey, window time.Duration) (highest, recent int, err error)

	// Audit returns audit records, latest first: those of Record and the changes of
	// settings. They are kept for a year.
	Audit(ctx context.Context, q AuditQuery) ([]AuditRecord, error)

	// Record adds an audit record. It sets ID and At.
	Record(ctx context.Context, r AuditRecord) error

	// CountsByDay returns the sums of the counts without an entry, of the days from
	// and to and those between them, by day, adapter, kind and detail. Days are counted
	// from 1970, in UTC.
	CountsByDay(ctx context.Context, from, to int) ([]CountSum, error)

	// CountsByEntry returns the sums of the counts by entry over the same days, by
	// kind, adapter, entry and detail.
	CountsByEntry(ctx context.Context, from, to int) ([]CountSum, error)

	// Hits returns how often walkthroughs of each entry began, by adapter and entry.
	// Those of more than 30 days ago are left out.
	Hits(ctx context.Context) ([]EntryHits, error)

	// CountsByChannel returns how many questions each channel had over the same days.
	CountsByChannel(ctx context.Context, from, to int) ([]ChannelCount, error)
}

// An Outbox is the queue of posts that Apply fills. One sender per adapter and
// process works on it.
type Outbox interface {
	// Claim returns up to limit posts of the adapter that are due, and hides them
	// from other senders for the lease. Channels take turns, and so do the
	// recipients of a channel; claimed posts count as turns of their channel. Within
	// a turn urgent posts come first, then those that were tried more often, and
	// then those that were applied first.
	// Posts to a resting channel that are not private are left out. At most perChannel posts of one channel, and one post of a thread,
	// are claimed at a time, and never a post with an earlier unsent post in
	// its thread. A post with a Delay neither waits for others nor holds them
	// up, so it may be claimed together with another. A post always waits for
	// the one that it replaces. Ref and Attempt are set. After the lease a post
	// can be claimed again, with a higher Attempt, so the lease must be longer
	// than sending takes. Claim may return posts together with an error about
	// others that cannot be read.
	Claim(ctx context.Context, adapter string, limit, perChannel int, lease time.Duration, resting ...Channel) ([]Post, error)

	// Sent records that a claimed post was delivered, and counts the time since
	// Answers, if it is set. If the post opened its
	// thread, everything stored under the provisional Post.Thread moves to
	// d.Thread: its walkthrough, which replaces one there, and further posts,
	// which then open nothing. Sent, Retry and Drop do nothing for a post that
	// is already sent.
	Sent(ctx context.Context, post PostID, d Delivery) error

	// Retry returns a claimed post to the queue, to be claimed again after the
	// given time. Retry and Drop do nothing unless attempt is its last one: after
	// the lease, another sender may have claimed it.
	Retry(ctx context.Context, post PostID, attempt int, after time.Duration) error

	// Drop gives up on a claimed post, and says why. The post becomes a dead
	// letter, unless a later post already changes the same message. Later posts of
	// the thread go on. A post that replaces a dead letter, or changes the same
	// message, ends it.
	Drop(ctx context.Context, post PostID, attempt int, why string) error

	// NextDue returns how long it takes until a post of the adapter may be
	// claimable with the same perChannel and resting channels. ok is false if no
	// such post waits.
	NextDue(ctx context.Context, adapter string, perChannel int, resting ...Channel) (wait time.Duration, ok bool, err error)

	// DeadLetters returns at most limit dead letters of all adapters, latest
	// first. One that cannot be read has no Reply.
	DeadLetters(ctx context.Context, limit int) ([]DeadLetter, error)

	// Resend returns a dead letter to the queue, in its place before later posts
	// of its thread. Its Attempt counts on, and Spent is set. The error is
	// ErrNoDeadLetter if there is no such dead letter.
	Resend(ctx context.Context, post PostID) error

	// Discard removes the content of a dead letter, which then is one no more. The
	// error is ErrNoDeadLetter if there is no such dead letter.
	Discard(ctx context.Context, post PostID) error

	// Shared reports whether other processes that send and add posts are to be
	// expected.
	Shared() bool

	// Backlogs returns the backlog of each adapter that has one, in the order of
	// their names.
	Backlogs(ctx context.Context) ([]Backlog, error)
}

// ErrNoDeadLetter reports that no dead letter has the ID.
var ErrNoDeadLetter = errors.New("bot: no such dead letter")

// A DeadLetter is a post that the platform refused or that failed too often. Its
// content is kept for a while, so that it can be sent after all.
type DeadLetter struct {
	Post
	Why string // the last error
	At  time.Time
}

// A Backlog is what an adapter has not sent.
type Backlog struct {
	Adapter     string
	Waiting     int           // due posts, including claimed and retried ones
	Oldest      time.Duration // how long the oldest of them has waited, apart from its Delay
	DeadLetters int
}

// A Delivery is the result of posting on the platform.
type Delivery struct {
	Ref    string // the platform's ID of the message
	Thread Thread // if the post has Opens: the thread that it opened; zero means Post.Thread
}
