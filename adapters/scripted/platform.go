package scripted

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabsbot/bot"
)

// The channels of the platform. A direct message is named by bot.DirectChannel
// and its user.
const (
	adapterName    = "script"
	supportChannel = "support"
	teamChannel    = "team" // the hand-over channel, which the asker does not read
)

// A platform is a simulated chat platform with everything that the core can
// use: a channel with one thread, or a direct message instead, and a channel for
// hand-overs. One goroutine uses it. It sends the posts with bot.Flush, so that
// their order is always the same.
type platform struct {
	scene  scene
	bot    *bot.Bot
	handle bot.Handler
	clock  time.Time // moved by later alone

	thread      bot.Thread      // the conversation; Root is "" before the first message in the channel
	walkthrough bot.Walkthrough // of thread
	messages    []message       // the bot's, oldest first
	names       int             // IDs given to events, messages and threads

	// of the line that began last
	observed   bool
	understood bot.Understood
	fresh      []shown
}

// A message is one of the bot's, as it is now.
type message struct {
	ref    string
	post   bot.PostID // the post that shows it
	thread bot.Thread
	to     string // the only user who sees it, or "" for all in the thread
	reply  bot.Reply
}

var _ bot.Observer = (*platform)(nil)

// newPlatform returns an empty platform, with a bot that remembers nothing. Its
// clock starts at any time but the zero one, which stores take for "never".
func newPlatform(o Options, s scene) *platform {
	p := &platform{scene: s, clock: time.Unix(0, 0), thread: bot.Thread{Adapter: adapterName, Channel: supportChannel}}
	if s.place == placeDM {
		p.thread.Channel = bot.DirectChannel + asker
	}
	policy := o.Policy
	policy.Default, policy.Channels = s.mode, nil
	policy.EscalationChannels = map[string]string{adapterName: teamChannel}
	p.bot = o.New(policy, func() time.Time { return p.clock })
	p.handle = p.bot.Handler(p)
	return p
}

// begin forgets what the line before led to.
func (p *platform) begin() { p.observed, p.understood, p.fresh = false, bot.Understood{}, nil }

// name returns a new ID.
func (p *platform) name() string {
	p.names++
	return strconv.Itoa(p.names)
}

func (p *platform) user(who string) bot.User {
	return bot.User{ID: who, Name: who, Locale: p.scene.locale}
}

func isDirect(t bot.Thread) bool { return strings.HasPrefix(t.Channel, bot.DirectChannel) }

// mention matches an address of the bot. Korean particles may follow without a
// space; Latin letters and digits may not.
var mention = regexp.MustCompile(`(?i)(^|[^\w.@])@mabsbot\b`)

// say lets a user write in the conversation.
func (p *platform) say(ctx context.Context, who, text string) error {
	if p.scene.place == placeDM && who != asker {
		return errors.New("as: a colleague cannot write in a direct message")
	}
	m := bot.Message{
		Head:      bot.Head{ID: bot.EventID(p.name()), From: p.user(who), Direct: p.scene.place == placeDM, At: p.clock},
		Text:      strings.TrimSpace(mention.ReplaceAllString(text, "$1")),
		Addressed: p.scene.place == placeDM || mention.MatchString(text),
		InThread:  p.thread.Root != "",
	}
	if !m.Direct && p.thread.Root == "" {
		p.thread.Root = string(m.ID)
	}
	m.Thread = p.thread
	return p.send(ctx, m)
}

// press lets a user press the newest button with the ID, else with the label,
// among those that the user sees.
func (p *platform) press(ctx context.Context, who, name string) error {
	m, b, ok := p.find(who, func(b bot.LabeledButton) bool { return b.Button.ID() == name })
	if !ok {
		m, b, ok = p.find(who, func(b bot.LabeledButton) bool { return b.Label == name })
	}
	if !ok {
		return fmt.Errorf("no such button: %s", name)
	}
	return p.send(ctx, bot.Press{
		Head:   bot.Head{ID: bot.EventID(p.name()), Thread: m.thread, From: p.user(who), Direct: isDirect(m.thread), At: p.clock},
		Button: b,
		Post:   m.post,
	})
}

// find returns the newest button that the user sees and that is wanted.
func (p *platform) find(who string, wanted func(bot.LabeledButton) bool) (message, bot.Button, bool) {
	for _, m := range slices.Backward(p.messages) {
		if !m.visible(who) {
			continue
		}
		if buttons := m.reply.Buttons(); slices.ContainsFunc(buttons, wanted) {
			return m, buttons[slices.IndexFunc(buttons, wanted)].Button, true
		}
	}
	return message{}, bot.Button{}, false
}

// visible reports whether the user sees the message: each sees their own direct
// messages, and the colleagues read the hand-over channel.
func (m message) visible(who string) bool {
	switch {
	case isDirect(m.thread):
		return m.thread.Channel == bot.DirectChannel+who
	case m.thread.Channel == teamChannel:
		return who == colleague
	}
	return m.to == "" || m.to == who
}

// later lets so much time pass that everything that is planned is due.
func (p *platform) later(ctx context.Context) error {
	const longest = 100 * 365 * 24 * time.Hour
	p.clock = p.clock.Add(longest)
	return p.bot.Flush(ctx, p)
}

// send hands an event to the bot, and sends what follows from it.
func (p *platform) send(ctx context.Context, event bot.Event) error {
	if err := p.handle(ctx, event); err != nil {
		return err
	}
	if !p.observed {
		return errors.New("the bot failed to handle it; see its log")
	}
	return p.bot.Flush(ctx, p)
}

// Observe implements bot.Observer.
func (p *platform) Observe(_ bot.Event, turn bot.Turn) {
	p.observed, p.understood = true, turn.Understood
	for _, w := range turn.States {
		if w.Thread == p.thread {
			p.walkthrough = w
		}
	}
}

// Name implements bot.Adapter.
func (p *platform) Name() string { return adapterName }

// Capabilities implements bot.Adapter.
func (p *platform) Capabilities() bot.Capabilities {
	return bot.Capabilities{DirectMessages: true, Private: true, Unprompted: true, Edits: true}
}

// Run implements bot.Adapter. It only waits: say and press make the events.
func (p *platform) Run(ctx context.Context, _ bot.Handler) error {
	<-ctx.Done()
	return nil
}

// Post implements bot.Adapter. A post that replaces one that was never delivered
// has nothing to change: it is new, or, if it withdraws that one, nothing.
func (p *platform) Post(_ context.Context, post bot.Post) (bot.Delivery, error) {
	i := slices.IndexFunc(p.messages, func(m message) bool { return m.ref == post.Ref })
	m := message{ref: post.Ref, post: post.ID, thread: post.Thread, reply: post.Reply}
	if post.Private {
		m.to = post.To.ID
	}
	switch {
	case i < 0 && post.Withdraw:
		return bot.Delivery{Thread: post.Thread}, nil
	case i < 0:
		post.Replaces = ""
		m.ref = p.name()
		if post.Opens {
			m.thread.Root = m.ref
		}
		if isDirect(m.thread) {
			m.thread.Root = ""
		}
		p.messages = append(p.messages, m)
	case post.Withdraw:
		p.messages = slices.Delete(p.messages, i, i+1)
	default:
		p.messages[i] = m
	}
	s := show(post)
	s.Elsewhere = m.thread != p.thread
	p.fresh = append(p.fresh, s)
	return bot.Delivery{Ref: m.ref, Thread: m.thread}, nil
}
