package chattest

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
	"mabsbot/bot/store"
)

// An IntakeRig connects TestIntake to an adapter, or to a bare chat.Intake.
type IntakeRig struct {
	// Start starts a run that ends with ctx: it replays the inbox and then takes
	// messages. handle is the core, and fetch returns the text of an attached
	// file. Nothing else may reach the network.
	Start func(t *testing.T, ctx context.Context, inbox chat.Inbox, handle bot.Handler, fetch Fetch) IntakeRun

	// Patience is how long the platform waits for an acknowledgement, 0 if it
	// waits forever.
	Patience time.Duration
}

// A Fetch returns the text of an attached file, or the error of ctx.
type Fetch func(ctx context.Context) (string, error)

// An IntakeRun is a run of an adapter.
type IntakeRun struct {
	// Deliver delivers a message in the order of its calls. The adapter calls
	// done once, with an error if the platform will redeliver the message. It
	// need not call done if ctx has ended.
	Deliver func(m Incoming, done func(error))

	// Wait returns when no message is being handled.
	Wait func()
}

// Incoming is a message from a user. A message with a file has to be recorded,
// because a download may take longer than the platform waits.
type Incoming struct {
	N       int    // identifies the message
	Channel string // a conversation: one of "A" and "B"
	Text    string
	File    bool
}

// TestIntake checks the promise of chat.Intake, one subtest for each sentence.
// Each runs on the inboxes of both stores, and in fake time.
func TestIntake(t *testing.T, rig IntakeRig) {
	for _, inbox := range []struct {
		name string
		open func(t *testing.T) deadInbox
	}{
		{"Memory", func(*testing.T) deadInbox { return store.NewMemory().Inbox("test") }},
		{"SQL", openSQLInbox},
	} {
		t.Run(inbox.name, func(t *testing.T) {
			for _, s := range sentences {
				t.Run(s.name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						p := newPlatform(t, rig, inbox.open(t))
						s.test(p)
						p.crash()
					})
				})
			}
		})
	}
}

// A deadInbox is an inbox whose dead letters can be read.
type deadInbox interface {
	chat.Inbox
	Dead(ctx context.Context, yield func(key string, payload []byte) error) error
}

func openSQLInbox(t *testing.T) deadInbox {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), []byte(strings.Repeat("k", store.KeySize)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db.Inbox("test")
}

var sentences = []struct {
	name string
	test func(p *platform)
}{
	{"an event is acknowledged once it is handled", func(p *platform) {
		release := p.block("one")
		p.send(Incoming{1, "A", "one", false})
		p.wantAcks(1, 0)
		close(release)
		p.wantAcks(1, 1)
		p.wantHandled("one")
		p.wantInbox(0, 0)
	}},
	{"an event that waits for the network is acknowledged once it is recorded", func(p *platform) {
		arrive := p.delayFiles()
		p.send(Incoming{1, "A", "one", true})
		p.wantAcks(1, 1)
		p.wantHandled()
		p.wantInbox(1, 0)
		close(arrive)
		p.wantHandled("one")
		p.wantInbox(0, 0)
	}},
	{"a crash between recording and handling loses nothing", func(p *platform) {
		p.delayFiles()
		p.send(Incoming{1, "A", "one", true}, Incoming{2, "B", "two", true})
		p.wantAcks(1, 1)
		p.wantAcks(2, 1)
		p.crash()
		p.wantHandled()
		p.files = nil
		p.start()
		p.wantHandled("one", "two")
		p.wantInbox(0, 0)
	}},
	{"a crash between handling and removing hands the event over again", func(p *platform) {
		arrive := p.delayFiles()
		p.send(Incoming{1, "A", "one", true})
		p.wantAcks(1, 1)
		p.inbox.fail(true)
		close(arrive)
		p.wantHandled("one")
		p.crash()
		p.start()
		p.wantHandled("one", "one")
		p.wantInbox(0, 0)
	}},
	{"a panic costs the event that caused it and no other", func(p *platform) {
		p.panics("two")
		p.send(Incoming{1, "A", "one", false}, Incoming{2, "A", "two", false}, Incoming{3, "A", "three", false})
		for n := range 3 {
			p.wantAcks(n+1, 1)
		}
		p.wantHandled("one", "three")
		p.restart()
		p.wantHandled("one", "three")
		p.wantInbox(0, -1) // whether an event that was not acknowledged is kept, the adapter decides
	}},
	{"an acknowledged event whose handler panics becomes a dead letter", func(p *platform) {
		p.panics("two")
		p.send(Incoming{1, "A", "one", true}, Incoming{2, "A", "two", true}, Incoming{3, "A", "three", true})
		p.wantHandled("one", "three")
		p.wantInbox(0, 1)
		p.restart()
		p.wantHandled("one", "three")
		p.wantInbox(0, 1)
	}},
	{"a record that cannot be read becomes a dead letter and holds up no other", func(p *platform) {
		p.delayFiles()
		p.send(Incoming{1, "A", "one", true})
		for key, payload := range map[string]string{"cut": `{"kind":"`, "empty": "", "unknown": `{}`, "array": "[]"} {
			if err := p.inbox.Put(p.t.Context(), key, []byte(payload)); err != nil {
				p.t.Fatal(err)
			}
		}
		p.send(Incoming{2, "B", "two", true})
		p.crash()
		p.files = nil
		p.start()
		p.wantHandled("one", "two")
		p.wantInbox(0, 4)
	}},
	{"events of a conversation are handled in order, also behind one that waits", func(p *platform) {
		arrive := p.delayFiles()
		p.send(
			Incoming{1, "A", "one", false}, Incoming{2, "A", "two", true},
			Incoming{3, "A", "three", false}, Incoming{4, "A", "four", true}, Incoming{5, "A", "five", false},
		)
		p.wantHandled("one")
		close(arrive)
		p.wantHandled("one", "two", "three", "four", "five")
	}},
	{"events of a conversation are replayed in order", func(p *platform) {
		p.delayFiles()
		p.send(
			Incoming{1, "A", "one", true}, Incoming{2, "A", "two", false},
			Incoming{3, "A", "three", true}, Incoming{4, "A", "four", false},
		)
		p.restart()
		p.wantHandled()
		p.send(Incoming{5, "A", "five", false}) // comes behind them
		p.wantHandled()
		p.crash()
		p.files = nil
		p.start()
		p.wantHandled("one", "two", "three", "four", "five")
		p.wantInbox(0, 0)
	}},
	{"a conversation does not wait for another", func(p *platform) {
		p.delayFiles()
		p.send(Incoming{1, "A", "one", true}, Incoming{2, "A", "two", false}, Incoming{3, "B", "three", false})
		p.wantHandled("three")
	}},
	{"a redelivered event is recorded once", func(p *platform) {
		p.delayFiles()
		p.send(Incoming{1, "A", "one", true}, Incoming{1, "A", "one", true})
		p.wantAcks(1, 2)
		p.wantInbox(1, 0)
		p.crash()
		p.files = nil
		p.start()
		p.wantHandled("one")
		p.wantInbox(0, 0)
	}},
	{"nothing is acknowledged while the database is away, and nothing is lost", func(p *platform) {
		arrive := p.delayFiles()
		p.inbox.fail(true)
		p.send(Incoming{1, "A", "one", true})
		p.wantAcks(1, 0)
		time.Sleep(time.Minute)
		p.wantAcks(1, 0)
		p.inbox.fail(false)
		time.Sleep(2 * time.Minute)
		p.redeliver()
		p.wantAcks(1, 1)
		close(arrive)
		p.wantHandled("one")
		p.wantInbox(0, 0)
	}},
	{"an acknowledged event is retried until the database is back", func(p *platform) {
		p.down("one")
		p.send(Incoming{1, "A", "one", true})
		p.wantAcks(1, 1)
		p.inbox.fail(true) // it cannot be removed either
		time.Sleep(time.Hour)
		p.wantHandled()
		p.up()
		time.Sleep(2 * time.Minute)
		p.wantHandled("one")
		p.inbox.fail(false)
		time.Sleep(2 * time.Minute)
		p.wantInbox(0, 0)
	}},
	{"a shutdown waits for what is being handled", func(p *platform) {
		release := p.block("one")
		p.send(Incoming{1, "A", "one", false})
		p.end()
		ended := make(chan bool)
		go func() { p.run.Wait(); close(ended) }()
		synctest.Wait()
		select {
		case <-ended:
			p.t.Error("the run ended meanwhile")
		default:
		}
		close(release)
		<-ended
		p.wantAcks(1, 1)
	}},
	{"what takes longer than the platform waits is recorded and acknowledged", func(p *platform) {
		if p.rig.Patience == 0 {
			p.t.Skip("the platform waits forever")
		}
		p.slow("one", time.Minute)
		p.send(Incoming{1, "A", "one", false}, Incoming{2, "A", "two", false})
		time.Sleep(p.rig.Patience)
		p.wantAcks(1, 1)
		p.wantAcks(2, 1)
		p.wantInbox(2, 0)
		time.Sleep(2 * time.Minute)
		p.wantHandled("one", "two")
		p.wantInbox(0, 0)
	}},
}

// A platform delivers messages to an adapter, and is its core, its file server
// and its power supply.
type platform struct {
	t     *testing.T
	rig   IntakeRig
	inbox *faultyInbox // of the current run
	run   IntakeRun
	end   context.CancelFunc

	mu       sync.Mutex
	acks     map[int]int                                // acknowledgements, by Incoming.N
	refused  []Incoming                                 // to be redelivered
	handled  []string                                   // texts, in order
	channels map[string]string                          // by text
	before   map[string]func(ctx context.Context) error // called by the handler, by text
	files    chan struct{}                              // nil, or closed when files arrive
}

func newPlatform(t *testing.T, rig IntakeRig, inbox deadInbox) *platform {
	p := &platform{t: t, rig: rig, inbox: &faultyInbox{deadInbox: inbox}, acks: map[int]int{}, channels: map[string]string{}, before: map[string]func(context.Context) error{}}
	p.start()
	return p
}

// start starts a run, with what the previous one left in the inbox.
func (p *platform) start() {
	p.inbox = &faultyInbox{deadInbox: p.inbox.deadInbox}
	var ctx context.Context
	ctx, p.end = context.WithCancel(context.WithoutCancel(p.t.Context()))
	files := p.files
	p.run = p.rig.Start(p.t, ctx, p.inbox, p.handle, func(ctx context.Context) (string, error) {
		select {
		case <-closed(files):
			return "text of the file", nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	})
	synctest.Wait()
}

// closed returns c, or a closed channel instead of nil.
func closed(c chan struct{}) chan struct{} {
	if c == nil {
		c = make(chan struct{})
		close(c)
	}
	return c
}

// crash ends a run so that it can record nothing more, as a power cut does.
func (p *platform) crash() {
	p.inbox.fail(true)
	p.end()
	p.run.Wait()
}

// restart ends a run in good order and starts the next.
func (p *platform) restart() {
	p.end()
	p.run.Wait()
	p.start()
}

// send delivers messages and waits until nothing happens any more.
func (p *platform) send(messages ...Incoming) {
	for _, m := range messages {
		p.mu.Lock()
		p.channels[m.Text] = m.Channel
		p.mu.Unlock()
		p.run.Deliver(m, func(err error) {
			p.mu.Lock()
			defer p.mu.Unlock()
			if err != nil {
				p.refused = append(p.refused, m)
			} else {
				p.acks[m.N]++
			}
		})
	}
	synctest.Wait()
}

// redeliver delivers again what was not acknowledged.
func (p *platform) redeliver() {
	p.mu.Lock()
	again := p.refused
	p.refused = nil
	p.mu.Unlock()
	p.send(again...)
}

// handle is the core.
func (p *platform) handle(ctx context.Context, e bot.Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	text, _, _ := strings.Cut(e.(bot.Message).Text, "\n")
	p.mu.Lock()
	before := p.before[text]
	p.mu.Unlock()
	if before != nil {
		if err := before(ctx); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.handled = append(p.handled, text)
	return nil
}

// when makes the handler call f for the message with a text.
func (p *platform) when(text string, f func(context.Context) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.before[text] = f
}

// block makes the handler wait, whatever ctx says, until release is closed.
func (p *platform) block(text string) (release chan struct{}) {
	release = make(chan struct{})
	p.when(text, func(context.Context) error { <-release; return nil })
	return release
}

// slow makes the handler take a time, if ctx lasts as long.
func (p *platform) slow(text string, d time.Duration) {
	p.when(text, func(ctx context.Context) error { return chat.Sleep(ctx, d) })
}

// panics makes the handler panic.
func (p *platform) panics(text string) {
	p.when(text, func(context.Context) error { panic("the handler of " + text) })
}

// down makes the handler fail until up.
func (p *platform) down(text string) {
	p.when(text, func(context.Context) error { return errAway })
}

func (p *platform) up() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.before)
}

// delayFiles makes the files of this and later runs arrive when the channel is
// closed.
func (p *platform) delayFiles() (arrive chan struct{}) {
	p.end()
	p.run.Wait()
	p.files = make(chan struct{})
	p.start()
	return p.files
}

func (p *platform) wantAcks(n, want int) {
	p.t.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.acks[n] != want {
		p.t.Errorf("message %d was acknowledged %d times, want %d", n, p.acks[n], want)
	}
}

// wantHandled compares the texts that were handled, in the order of their
// conversations: texts of different conversations may be handled in any order.
func (p *platform) wantHandled(want ...string) {
	p.t.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if got, want := p.byChannel(p.handled), p.byChannel(want); !slices.Equal(got, want) {
		p.t.Errorf("handled %q, want %q", got, want)
	}
}

// byChannel sorts texts by the channel that they were sent to.
func (p *platform) byChannel(texts []string) []string {
	texts = slices.Clone(texts)
	slices.SortStableFunc(texts, func(a, b string) int { return strings.Compare(p.channels[a], p.channels[b]) })
	return texts
}

// wantInbox compares the numbers of records and of dead letters; -1 is any.
func (p *platform) wantInbox(waiting, dead int) {
	p.t.Helper()
	synctest.Wait()
	for _, c := range []struct {
		what string
		each func(context.Context, func(string, []byte) error) error
		want int
	}{{"records", p.inbox.Replay, waiting}, {"dead letters", p.inbox.Dead, dead}} {
		n := 0
		if err := c.each(p.t.Context(), func(string, []byte) error { n++; return nil }); err != nil {
			p.t.Error(err)
		}
		if n != c.want && c.want >= 0 {
			p.t.Errorf("%d %s, want %d", n, c.what, c.want)
		}
	}
}

// errAway is what a database returns that is away.
var errAway = errors.New("the database is away")

// A faultyInbox is an inbox whose database can be away.
type faultyInbox struct {
	deadInbox
	mu     sync.Mutex
	failed bool
}

func (i *faultyInbox) fail(failed bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.failed = failed
}

func (i *faultyInbox) err() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.failed {
		return errAway
	}
	return nil
}

func (i *faultyInbox) Put(ctx context.Context, key string, payload []byte) error {
	if err := i.err(); err != nil {
		return err
	}
	return i.deadInbox.Put(ctx, key, payload)
}

func (i *faultyInbox) Done(ctx context.Context, key string) error {
	if err := i.err(); err != nil {
		return err
	}
	return i.deadInbox.Done(ctx, key)
}

func (i *faultyInbox) Bury(ctx context.Context, key string, payload []byte) error {
	if err := i.err(); err != nil {
		return err
	}
	return i.deadInbox.Bury(ctx, key, payload)
}

func (i *faultyInbox) Adopt(ctx context.Context, yield func(key string, payload []byte) error) error {
	if err := i.err(); err != nil {
		return err
	}
	return i.deadInbox.Adopt(ctx, yield)
}

func (i *faultyInbox) Replay(ctx context.Context, yield func(key string, payload []byte) error) error {
	if err := i.err(); err != nil {
		return err
	}
	return i.deadInbox.Replay(ctx, yield)
}
