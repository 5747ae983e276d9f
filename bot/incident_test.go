package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// An outage is a bot on a store, in whose channel people and alerts report errors.
type outage struct {
	*testing.T
	fixture
	policy   bot.Policy
	events   int
	messages map[string]bot.Message // the last of each user
	posts    []bot.Post
}

func newOutage(t *testing.T, change func(*bot.Policy), can bot.Capabilities) *outage {
	policy := botsAllowed("c")
	policy.Default = bot.ModeOn
	if change != nil {
		change(&policy)
	}
	o := &outage{T: t, policy: policy, messages: map[string]bot.Message{}}
	base, memory := testBase(t), store.NewMemory()
	o.fixture = fixture{memory: memory, recorder: bottest.NewRecorder("test", can)}
	o.Bot = bot.New(func() *kb.Base { return base }, testLocales(t), policy, memory, memory, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := o.fixture.Run(ctx, o.recorder); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
	return o
}

// message returns a new message of a user, or of the bridge for "!", about a server of
// their own.
func (o *outage) message(who string) bot.Message {
	o.events++
	id := fmt.Sprint("m", o.events)
	m := message(id, fmt.Sprintf("The backup disk zeta was lost on FS-%s. (ID: 90001)", who))
	m.From = bot.User{ID: who, Name: who}
	if who == "!" {
		m.From, m.Text = bridge, fmt.Sprintf("The backup disk zeta was lost on ALERT-%d. (ID: 90001)", o.events)
	}
	return m
}

// do plays a step: a user pastes the error, or "!" for an alert, perhaps after a verb.
func (o *outage) do(step string) {
	o.Helper()
	verb, who, found := strings.Cut(step, ":")
	if !found {
		verb, who = "", step
	}
	if wait, ok := strings.CutPrefix(step, "+"); ok {
		d, err := time.ParseDuration(wait)
		if err != nil {
			o.Fatal(err)
		}
		time.Sleep(d)
		synctest.Wait()
		o.posts = append(o.posts, o.recorder.Take()...)
		return
	}
	var event bot.Event
	m := o.message(who)
	switch verb {
	case "":
	case "same":
		m.Text = lostPaste
	case "code":
		m.Text, m.Addressed = "ID 90001", true
	case "omega":
		m.Text = "Both omega things have to be done now. (ID: 90002)"
	case "dm":
		m.Direct, m.Addressed, m.Thread = true, true, bot.Thread{Adapter: "test", Channel: "dm:" + who}
	case "types":
		m.Command, m.Thread.Root = true, bot.CommandRoot+m.Thread.Root
	case "there":
		m.Thread.Channel = "d"
	case "mentions":
		m.Addressed = true
	case "deletes", "edits", "repairs", "spoils", "again":
		old := o.messages[who]
		id := m.ID
		m = old
		switch verb {
		case "deletes":
			m.ID, m.Original, m.Change = id, old.ID, bot.ChangeDeleted
		case "edits":
			m.ID, m.Original, m.Change, m.Text = id, old.ID, bot.ChangeEdited, "never mind, lunch?"
		case "spoils":
			m.ID, m.Original, m.Change, m.Text = id, old.ID, bot.ChangeEdited, lostPaste
		case "repairs":
			m.ID, m.Original, m.Change, m.Text = id, old.ID, bot.ChangeEdited, "Both omega things have to be done now. (ID: 90002)"
		}
	default:
		o.Fatalf("no verb %q", verb)
	}
	if m.Change == bot.ChangePosted && verb != "again" {
		o.messages[who] = m
	}
	event = m
	o.posts = append(o.posts, o.handle(o.T, event)...)
}

// notes describes the notes that were posted and changed.
func (o *outage) notes() string {
	var all []string
	shown := map[string]int{}
	for _, p := range o.posts {
		text := bottest.Text(p.Reply)
		isNote := p.To.ID == ""
		switch _, known := shown[p.Thread.Root]; {
		case !isNote:
			continue
		case p.Withdraw:
			all = append(all, "gone")
			continue
		case !known:
			shown[p.Thread.Root] = len(shown) + 1
			all = append(all, "new")
		}
		lines := strings.Split(text, "\n")
		said := strings.TrimPrefix(strings.TrimSpace(lines[1]), "Reported by ")
		said, _, _ = strings.Cut(said, " since")
		if strings.Contains(lines[0], "No longer") {
			said, _, _ = strings.Cut(said, " from")
			said = "over " + said
		}
		if p.Thread.Channel != "c" {
			said += " in " + p.Thread.Channel
		}
		all = append(all, said)
	}
	return strings.Join(all, ", ")
}

// answers returns how many walkthroughs and links people got.
func (o *outage) answers() (n int) {
	for _, p := range o.posts {
		if p.To.ID != "" && p.Replaces == "" {
			n++
		}
	}
	return n
}

// TestIncident checks what the channel reads of an error that several report, and that
// each asker gets an answer.
func TestIncident(t *testing.T) {
	people := func(n int) func(*bot.Policy) { return func(p *bot.Policy) { p.Incident.People = n } }
	mode := func(m bot.Mode) func(*bot.Policy) { return func(p *bot.Policy) { p.Default = m } }
	for _, tt := range []struct {
		name    string
		steps   string
		notes   string
		answers int
		change  func(*bot.Policy)
	}{
		{"four are not enough", "a b c d +1h", "", 4, nil},
		{"the fifth makes a note, the sixth changes it", "a b c d e f", "new, 5 people, 6 people", 6, nil},
		{"it ends after the window", "a b c d e +29m f +29m +2m", "new, 5 people, 6 people, over 6 people", 6, nil},
		{"after the end it takes five again", "a b c d e +31m f g h i +1s j", "new, 5 people, over 5 people, new, 5 people", 10, nil},
		{"five within the window, not before", "a b +20m c d +20m e f +1m g", "new, 5 people", 7, nil},
		{"a person counts once", "a a a b b c d", "", 6, nil},
		{"who repeats it prolongs it", "a b c d e +29m a +29m b +29m +2m", "new, 5 people, over 5 people", 7, nil},
		{"an alert counts each time", "! ! ! +1m ! !", "new, 5 alerts", 5, nil},
		{"people and alerts", "a ! b ! c !", "new, 3 people and 2 alerts, 3 people and 3 alerts", 6, nil},
		{"alerts that get no answer count", "same:! same:! same:! same:! same:! same:!", "new, 5 alerts, 6 alerts", 1, nil},
		{"more alerts than the bot answers in a minute", "! ! ! ! ! ! !", "new, 5 alerts, 6 alerts, 7 alerts", 5, nil},
		{"the same case gets links, and counts", "same:a same:b same:c same:d same:e", "new, 5 people", 5, nil},
		{"another channel counts for itself", "a b c d there:e there:f there:a there:b there:c", "new, 5 people in d", 9, nil},
		{"another error counts for itself", "a b omega:c omega:d omega:a omega:b omega:e", "new, 5 people", 7, nil},
		{"a code counts", "code:a code:b code:c code:d code:e", "new, 5 people", 5, nil},
		{"direct messages and commands do not count", "a b c d dm:e types:f dm:g types:h", "", 8, nil},
		{"a message that is delivered again counts once", "a b c d again:d again:d e again:e", "new, 5 people", 5, nil},
		{"a deleted message does not count", "a b c d deletes:d e f", "new, 5 people", 6, nil},
		{"the count goes down", "a b c d e f deletes:f edits:e", "new, 5 people, 6 people, 5 people, 4 people", 6, nil},
		{"one person is left", "! a b c d deletes:d deletes:c deletes:b deletes:!", "new, 4 people and 1 alert, 3 people and 1 alert, 2 people and 1 alert, 1 person and 1 alert, 1 person", 5, nil},
		{"all messages are deleted", "a b deletes:a deletes:b +1h", "new, 2 people, 1 person, gone", 2, people(2)},
		{"a message that becomes another error", "a b c d e repairs:e", "new, 5 people, 4 people", 5, nil},
		{"a note that was withdrawn does not come back for less", "a b deletes:a deletes:b a +1m b", "new, 2 people, 1 person, gone, new, 2 people", 4, people(2)},
		{"switched off", "a b c d e f g", "", 7, people(0)},
		{"two are enough", "a b c", "new, 2 people, 3 people", 3, people(2)},
		{"a channel that is off", "a b c d e f", "", 0, mode(bot.ModeOff)},
		{"a shadow channel", "a b c d e f", "", 0, mode(bot.ModeShadow)},
		{"a channel where only mentions are answered", "a b c d e mentions:a mentions:b mentions:c mentions:d", "", 4, mode(bot.ModeMention)},
		{"mentions there", "mentions:a mentions:b mentions:c mentions:d mentions:e", "new, 5 people", 5, mode(bot.ModeMention)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOutage(t, tt.change, everything)
				for step := range strings.FieldsSeq(tt.steps) {
					o.do(step)
				}
				if got := o.notes(); got != tt.notes {
					t.Errorf("notes: %s\nwant: %s", got, tt.notes)
				}
				if got := o.answers(); got != tt.answers {
					t.Errorf("%d answers, want %d", got, tt.answers)
				}
			})
		})
	}
}

// TestIncidentChosen checks that errors count that users chose from a question, and not
// twice, and that those they did not choose do not.
func TestIncidentChosen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base, err := kb.Load(kb.Layer{Name: "test", FS: fstest.MapFS{"lost-disk.yaml": {Data: []byte(lost)}, "twin-disk.yaml": {Data: []byte(twin)}}})
		if err != nil {
			t.Fatal(err)
		}
		f := runOn(t, base, testLocales(t))
		var posts []bot.Post
		ask := func(who, label string) {
			t.Helper()
			m := message("ask "+who, "ID 90001")
			m.From, m.Addressed = bot.User{ID: who, Name: who}, true
			question := f.handle(t, m)
			p := press("choose "+who, question[0], label)
			p.From = m.From
			posts = append(posts, f.handle(t, p)...)
		}
		for _, who := range []string{"a", "b", "c", "d"} {
			ask(who, "The other disk is lost")
		}
		ask("e", "The disk is lost on a server")
		notes := func() (said []string) {
			for _, p := range posts {
				if p.To.ID == "" {
					said = append(said, strings.Split(bottest.Text(p.Reply), "\n")[0])
				}
			}
			return said
		}
		if got := notes(); len(got) > 0 {
			t.Errorf("notes after four: %q", got)
		}
		ask("f", "The other disk is lost")
		if got, want := notes(), []string{"# Incident: The other disk is lost"}; !slices.Equal(got, want) {
			t.Errorf("notes %q, want %q", got, want)
		}
	})
}

// TestIncidentWithoutEdits checks that there is one note in a window on a platform where
// posts cannot be changed, and that it does not promise to be changed.
func TestIncidentWithoutEdits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		can := everything
		can.Edits = false
		o := newOutage(t, nil, can)
		for step := range strings.FieldsSeq("a b c d e f g +1h h i j k l m") {
			o.do(step)
		}
		if got, want := o.notes(), "new, 5 people, new, 5 people"; got != want {
			t.Errorf("notes: %s\nwant: %s", got, want)
		}
		for _, p := range o.posts {
			if text := bottest.Text(p.Reply); p.To.ID == "" && strings.Contains(text, "I update this post") {
				t.Errorf("the note says\n%s", text)
			}
		}
	})
}

// TestIncidentText checks what a note says in each language, with a link to the first
// thread, and that a copy of it by another bot is recognized.
func TestIncidentText(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {
			"# Incident: The disk is lost on a server\n  Reported by 1 person and 4 alerts since TIME.\n^ Go to the first report c/m1\n" +
				"  Do you have this error too? Paste yours here. I answer you in a thread, with the steps for your server.\n~ Last report: TIME. I update this post when there are more.\n",
			"# No longer reported: The disk is lost on a server\n  Reported by 1 person and 4 alerts from TIME to TIME. No one has reported it since.\n^ Go to the first report c/m1\n" +
				"  Do you have this error too? Paste yours here. I answer you in a thread, with the steps for your server.\n",
		},
		"ko": {
			"# 장애: 서버의 디스크를 찾을 수 없음\n  TIME부터 접수된 보고: 1명, 알림 4건\n^ 첫 보고로 이동 c/m1\n" +
				"  같은 오류가 발생했다면 여기에 붙여 넣으세요. 서버에 맞는 해결 단계를 스레드에서 안내하겠습니다.\n~ 마지막 보고: TIME. 보고가 더 들어오면 이 글을 고칩니다.\n",
			"# 더 이상 보고되지 않음: 서버의 디스크를 찾을 수 없음\n  TIME부터 TIME까지 접수된 보고: 1명, 알림 4건. 그 뒤로는 보고가 없습니다.\n^ 첫 보고로 이동 c/m1\n" +
				"  같은 오류가 발생했다면 여기에 붙여 넣으세요. 서버에 맞는 해결 단계를 스레드에서 안내하겠습니다.\n",
		},
	} {
		t.Run(lang, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOutage(t, func(p *bot.Policy) { p.Language = lang }, everything)
				for step := range strings.FieldsSeq("a ! ! ! ! +31m") {
					o.do(step)
				}
				var got []string
				for _, p := range o.posts {
					if p.To.ID == "" {
						got = append(got, bottest.Text(p.Reply))
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				for _, text := range got {
					if !testLocales(t).Echo(text) {
						t.Errorf("a copy is not recognized: %s", text)
					}
				}
			})
		})
	}
}

// TestIncidentReplicas checks that two processes, each with its own adapter, count the
// reports of a thousand people right, and post one note.
func TestIncidentReplicas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const people = 300
		base, memory := testBase(t), store.NewMemory()
		policy := bot.DefaultPolicy()
		policy.RepeatWindow = 0 // which looks at all walkthroughs for each message
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var running, handled sync.WaitGroup
		var replicas []*bottest.Recorder
		for range 2 {
			r := bottest.NewRecorder("test", everything)
			b := bot.New(func() *kb.Base { return base }, testLocales(t), policy, memory, memory, slog.New(slog.DiscardHandler))
			running.Go(func() {
				if err := b.Run(ctx, r); err != nil {
					t.Error(err)
				}
			})
			replicas = append(replicas, r)
		}
		for i := range people {
			m := message(fmt.Sprint("m", i), lostPaste)
			m.From = bot.User{ID: fmt.Sprint("u", i)}
			handled.Go(func() {
				if err := replicas[i%2].Handle(t.Context(), m); err != nil {
					t.Error(err)
				}
			})
		}
		handled.Wait()
		time.Sleep(time.Minute) // everything is sent
		cancel()
		running.Wait()
		opened, last := 0, ""
		var posts []bot.Post
		for _, r := range replicas {
			posts = append(posts, r.Take()...)
		}
		for _, p := range posts {
			if p.To.ID != "" {
				continue
			}
			if p.Replaces == "" {
				opened++
			}
			if text := bottest.Text(p.Reply); strings.Contains(text, fmt.Sprint(people, " people")) {
				last = text
			}
		}
		if opened != 1 || last == "" {
			t.Errorf("%d notes; one that counts %d people: %t", opened, people, last != "")
		}
		key := bot.IncidentKey{Place: bot.Place{Adapter: "test", Channel: "c"}, Entry: "lost-disk"}
		if i, err := memory.Incident(t.Context(), key); err != nil || i.People != people {
			t.Errorf("the incident is %+v, %v", i, err)
		}
	})
}

// A forum is an adapter whose channels take no messages of their own.
type forum struct{ *bottest.Recorder }

func (forum) CanPost(context.Context, string) (bool, error) { return false, nil }

// TestIncidentInForum checks that there is no note where the bot cannot post one, and that
// each asker gets an answer all the same.
func TestIncidentInForum(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base, memory, a := testBase(t), store.NewMemory(), forum{bottest.NewRecorder("test", everything)}
		policy := bot.DefaultPolicy()
		policy.RepeatWindow = 0
		b := bot.New(func() *kb.Base { return base }, testLocales(t), policy, memory, memory, slog.New(slog.DiscardHandler))
		handle := b.Handler(a)
		for i := range 6 {
			m := message(fmt.Sprint("m", i), lostPaste)
			m.From.ID = fmt.Sprint("u", i)
			if err := handle(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Flush(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		for _, p := range a.Take() {
			if p.To.ID == "" {
				t.Errorf("a note: %s", bottest.Text(p.Reply))
			}
		}
		key := bot.IncidentKey{Place: bot.Place{Adapter: "test", Channel: "c"}, Entry: "lost-disk"}
		if found, err := memory.Reports(t.Context(), key, time.Time{}); err != nil || found.People != 6 {
			t.Errorf("%+v, %v", found, err)
		}
	})
}

// interrupted is a store on which the process dies after an event is committed.
type interrupted struct {
	*store.Memory
	fail bool
}

var errDied = errors.New("the process died")

func (s *interrupted) Incident(ctx context.Context, key bot.IncidentKey) (bot.Incident, error) {
	if s.fail {
		return bot.Incident{}, errDied
	}
	return s.Memory.Incident(ctx, key)
}

// TestIncidentInterrupted checks that a note is made up for when the event comes again
// that was committed without it.
func TestIncidentInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base, db := testBase(t), &interrupted{Memory: store.NewMemory()}
		policy := bot.DefaultPolicy()
		policy.Incident.People = 2
		b := bot.New(func() *kb.Base { return base }, testLocales(t), policy, db, db, slog.New(slog.DiscardHandler))
		handle := b.Handler(bottest.NewRecorder("test", everything))
		var second bot.Message
		for i := range 2 {
			second = message(fmt.Sprint("m", i), lostPaste)
			second.From.ID = fmt.Sprint("u", i)
			db.fail = i == 1
			if err := handle(t.Context(), second); errors.Is(err, errDied) != db.fail {
				t.Fatal(err)
			}
		}
		key := bot.IncidentKey{Place: bot.Place{Adapter: "test", Channel: "c"}, Entry: "lost-disk"}
		db.fail = false
		for range 2 {
			if err := handle(t.Context(), second); err != nil {
				t.Fatal(err)
			}
			if i, err := db.Incident(t.Context(), key); err != nil || i.People != 2 || i.Version != 1 {
				t.Errorf("the incident is %+v, %v", i, err)
			}
		}
	})
}
