package cli

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/bot/store/postgrestest"
	"mabsbot/kb"
)

var update = flag.Bool("update", false, "write golden files in testdata")

// TestScripts plays whole conversations on the core. A file alternates sections
// of what a user does and what the bot answers. -update writes the answers.
//
//	-- kim says --               a message in the channel, or in dm: a direct message;
//	                             in mention: a channel where only mentions are answered;
//	                             in private: a private channel of kim and alex
//	-- kim replies --            in the thread of the last message, or: replies to m1
//	-- kim shares shot.png --    the same with a file that cannot be read; in dm, or to m1: in its thread
//	-- kim types --              the text after /mabs
//	-- kim presses Label --      the newest button with the label
//	-- kim presses old Label --  the oldest button with the label
//	-- kim edits m1 --           the new text of message m1
//	-- kim deletes m1 --
//	-- kim records m1 --         "This solved it" on message m1
//	-- restart --                stop the bot and start another one
//	-- learned ENTRY --          switch learning on: lines such as "STEP 18 of 21"
//	-- bot --                    what the bot answers, or "silent"
//
// {link m1} in a text is a link to message m1.
func TestScripts(t *testing.T) {
	playEach(t, 1, func(*testing.T) fullStore { return store.NewMemory() })
}

// someScripts is the distance of the scripts that are played on a database without
// -long: that the databases are alike is tested in bot/store.
const someScripts = 6

// TestScriptsOnSQLite and TestScriptsOnPostgres play the same conversations on each
// database.
func TestScriptsOnSQLite(t *testing.T) {
	playOnDatabase(t, func(t *testing.T) fullStore {
		db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), storedKey)
		return closed(t, db, err)
	})
}

func TestScriptsOnPostgres(t *testing.T) {
	server := postgrestest.Start(t)
	playOnDatabase(t, func(t *testing.T) fullStore {
		db, err := store.OpenPostgres(t.Context(), server.Database(t), storedKey)
		return closed(t, db, err)
	})
}

func playOnDatabase(t *testing.T, open func(t *testing.T) fullStore) {
	switch {
	case *update: // TestScripts does
	case *chattest.Long:
		playEach(t, 1, open)
	default:
		playEach(t, someScripts, open)
	}
}

// closed returns a store that is closed at the end of the test.
func closed(t *testing.T, db *store.SQL, err error) fullStore {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// A fullStore is a store and its outbox.
type fullStore interface {
	bot.Store
	bot.Outbox
}

// playEach plays every step-th script, each on a store of its own.
func playEach(t *testing.T, step int, open func(t *testing.T) fullStore) {
	files, err := filepath.Glob("adapters/cli/testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	base := chattest.Base(t)
	for i := 0; i < len(files); i += step {
		file := files[i]
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			play(t, base, open(t), file)
		})
	}
}

func play(t *testing.T, base *kb.Base, db fullStore, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := newScene(t, base, db)
	var played []txtar.File
	for i, section := range archive.Files {
		if section.Name == "bot" {
			continue
		}
		if err := s.do(section.Name, strings.TrimSuffix(string(section.Data), "\n")); err != nil {
			t.Fatalf("%s: %s: %v", file, section.Name, err)
		}
		got := s.answers()
		played = append(played, section, txtar.File{Name: "bot", Data: []byte(got)})
		want := ""
		if i+1 < len(archive.Files) && archive.Files[i+1].Name == "bot" {
			want = string(archive.Files[i+1].Data)
		}
		if !*update && got != want {
			t.Errorf("%s: after %q the bot answers\n%s\nwant\n%s", file, section.Name, got, want)
		}
	}
	if *update {
		archive.Files = played
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// people are the users of the scripts.
var people = map[string]bot.User{
	"kim":  {ID: "U1", Name: "kim", Locale: "ko-KR"},
	"lee":  {ID: "U2", Name: "lee", Locale: "ko-KR"},
	"alex": {ID: "U3", Name: "alex", Locale: "en-US"},
	"sam":  {ID: "U4", Name: "sam", Locale: "en-GB"},
	"otto": {ID: "B1", Name: "otto", Bot: true},

	"bridge": {ID: "B2", Name: "bridge", Bot: true}, // allowed by the channel's policy
}

// A scene is a bot with a recorder instead of a platform.
type scene struct {
	t        *testing.T
	base     *kb.Base
	store    fullStore
	learning bot.Learning
	recorder reader
	drain    func() error
	stop     func()

	events     int
	messages   map[string]bot.Message
	spoken     []bot.Message // messages, oldest first
	lastThread bot.Thread
	shown      []bot.Post // every post, oldest first
	newPosts   []bot.Post
}

func newScene(t *testing.T, base *kb.Base, db fullStore) *scene {
	s := &scene{t: t, base: base, store: db, messages: map[string]bot.Message{}}
	s.start()
	t.Cleanup(func() { s.stop() })
	return s
}

func (s *scene) start() {
	policy := bot.DefaultPolicy()
	policy.EscalationChannels = map[string]string{"test": "escalations"}
	policy.Learning = cmp.Or(s.learning, bot.LearningCount) // counting changes no answer
	policy.Admins = []string{"test:" + people["sam"].ID, "test:" + people["lee"].ID}
	policy.Channels = map[string]bot.ChannelPolicy{"support": {Bots: []string{people["bridge"].ID}}, "mention": {Mode: bot.ModeMention}}
	all := bot.Capabilities{DirectMessages: true, Private: true, Unprompted: true, Edits: true}
	s.recorder = reader{bottest.NewRecorder("test", all), s}
	b := bot.New(func() *kb.Base { return s.base }, chattest.Locales(s.t), policy, s.store, s.store, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := b.Run(ctx, s.recorder); err != nil {
			s.t.Error(err)
		}
	})
	s.stop = func() { cancel(); wg.Wait() }
	s.drain = func() error { return b.Drain(ctx, "test") }
}

func (s *scene) do(name, body string) error {
	if name == "restart" {
		s.stop()
		s.start()
		return nil
	}
	who, rest, _ := strings.Cut(name, " ")
	if who == "learned" {
		s.stop()
		s.learning = bot.LearningOn
		s.start()
		return s.store.Apply(s.t.Context(), chattest.Learned(s.t, rest, body))
	}
	user, ok := people[who]
	if !ok {
		return fmt.Errorf("unknown user %q", who)
	}
	verb, object, _ := strings.Cut(rest, " ")
	event, err := s.event(user, verb, object, body)
	if err != nil {
		return err
	}
	if err := s.recorder.Handle(s.t.Context(), event); err != nil {
		return err
	}
	if err := s.drain(); err != nil {
		return err
	}
	s.newPosts = s.recorder.Take()
	slices.SortStableFunc(s.newPosts, func(a, b bot.Post) int { // the outbox sends threads concurrently
		return cmp.Compare(a.Thread.Channel+a.Thread.Root, b.Thread.Channel+b.Thread.Root)
	})
	s.shown = append(s.shown, s.newPosts...)
	return nil
}

func (s *scene) event(user bot.User, verb, object, body string) (bot.Event, error) {
	s.events++
	id := fmt.Sprintf("m%d", s.events)
	head := bot.Head{ID: bot.EventID(id), From: user, Thread: bot.Thread{Adapter: "test", Channel: "support", Root: id}}
	m := bot.Message{Head: head, At: time.Unix(int64(s.events), 0), Text: body, Points: s.links(body)}
	if text, ok := strings.CutPrefix(body, "@mabsbot"); ok {
		m.Text, m.Addressed = strings.TrimSpace(text), true
	}
	switch verb {
	case "says":
		switch where := strings.TrimPrefix(object, "in "); where {
		case "dm":
			m.Direct, m.Addressed = true, true
			m.Thread = bot.Thread{Adapter: "test", Channel: bot.DirectChannel + user.ID}
		case "":
			m.Points = append(m.Points, bot.Pointer{Kind: bot.PointAbove})
		default:
			m.Thread.Channel = where
			m.Points = append(m.Points, bot.Pointer{Kind: bot.PointAbove})
		}
		s.lastThread = m.Thread
	case "replies":
		m.InThread, m.Thread = true, s.lastThread
		if of, ok := strings.CutPrefix(object, "to "); ok {
			m.Thread = s.messages[of].Thread
		}
		m.Direct = strings.HasPrefix(m.Thread.Channel, bot.DirectChannel)
		m.Addressed = m.Addressed || m.Direct
		m.Points = append(m.Points, bot.Pointer{Kind: bot.PointThread, To: m.Thread.Root})
	case "shares":
		file, rest, _ := strings.Cut(object, " ")
		m.Unread = []bot.Unread{map[string]bot.Unread{".png": bot.UnreadPicture, ".zip": bot.UnreadPacked, ".log": bot.UnreadLarge, ".evtx": bot.UnreadBinary}[filepath.Ext(file)]}
		if of, reply := strings.CutPrefix(rest, "to "); reply {
			m.InThread, m.Thread = true, s.messages[of].Thread
			break
		}
		if rest == "in dm" {
			m.Direct, m.Addressed = true, true
			m.Thread = bot.Thread{Adapter: "test", Channel: bot.DirectChannel + user.ID}
		}
		s.lastThread = m.Thread
	case "types":
		m.Command, m.Thread.Root = true, bot.CommandRoot+id
		s.lastThread = m.Thread
	case "presses":
		return s.press(head, object)
	case "records":
		of, ok := s.messages[object]
		if !ok {
			return nil, fmt.Errorf("no message %s", object)
		}
		head.Thread, head.Direct = of.Thread, of.Direct
		return bot.Press{Head: head, Button: bot.Button{Action: bot.ActionRecord}, Value: of.Text, Message: of.ID, Points: []bot.Pointer{{Kind: bot.PointTop, To: of.Thread.Root}}}, nil
	case "edits", "deletes":
		of, ok := s.messages[object]
		if !ok {
			return nil, fmt.Errorf("no message %s", object)
		}
		m.Head.Thread, m.Direct, m.Addressed, m.InThread, m.Original = of.Thread, of.Direct, of.Addressed || m.Addressed, of.InThread, of.ID
		m.Change = map[string]bot.Change{"edits": bot.ChangeEdited, "deletes": bot.ChangeDeleted}[verb]
		return m, nil
	default:
		return nil, fmt.Errorf("unknown verb %q", verb)
	}
	s.messages[id] = m
	s.spoken = append(s.spoken, m)
	return m, nil
}

// linkTo matches a link to a message.
var linkTo = regexp.MustCompile(`\{link (m\d+)\}`)

func (s *scene) links(text string) []bot.Pointer {
	var all []bot.Pointer
	for _, l := range linkTo.FindAllStringSubmatch(text, -1) {
		all = append(all, bot.Pointer{Kind: bot.PointLink, To: l[1]})
	}
	return all
}

// A reader is a recorder that reads the messages of the scene, as a platform's
// adapter does. Only kim and alex read the private channel.
type reader struct {
	*bottest.Recorder
	s *scene
}

func (r reader) Read(_ context.Context, m bot.Message, p bot.Pointer) (found []bot.Quoted, ok bool) {
	switch p.Kind {
	case bot.PointAbove:
		for _, old := range slices.Backward(r.s.spoken) {
			if old.ID != m.ID && old.From.ID == m.From.ID && old.Thread.Channel == m.Thread.Channel {
				found = append(found, bot.Quoted{Text: old.Text})
			}
		}
		return found, true
	case bot.PointThread, bot.PointTop:
		if old, known := r.s.messages[p.To.(string)]; known {
			found = append(found, bot.Quoted{ID: old.ID, Text: old.Text})
		}
		return found, true
	}
	old, known := r.s.messages[p.To.(string)]
	private := old.Thread.Channel == "private"
	if !known || private && !slices.Contains([]string{"kim", "alex"}, m.From.Name) {
		return nil, false
	}
	return []bot.Quoted{{Text: old.Text, Hidden: private && m.Thread.Channel != "private"}}, true
}

// press returns a press of a button with the label in any post, because users
// also press old buttons.
func (s *scene) press(head bot.Head, label string) (bot.Event, error) {
	posts := slices.Clone(s.shown)
	slices.Reverse(posts)
	if old, ok := strings.CutPrefix(label, "old "); ok {
		label = old
		slices.Reverse(posts)
	}
	for _, p := range posts {
		for _, c := range p.Reply.Buttons() {
			if c.Label == label {
				head.Thread = p.Thread
				head.Direct = strings.HasPrefix(p.Thread.Channel, bot.DirectChannel)
				s.lastThread = p.Thread
				return bot.Press{Head: head, Button: c.Button, Post: p.ID}, nil
			}
		}
	}
	return nil, errors.New("no button " + label)
}

// answers returns what the last action led to.
func (s *scene) answers() string {
	if len(s.newPosts) == 0 {
		return "silent\n"
	}
	var b strings.Builder
	for _, p := range s.newPosts {
		b.WriteString("[" + s.heading(p) + "]\n" + s.newText(p))
	}
	s.newPosts = nil
	return b.String()
}

// newText returns the text of a post; if it replaces another one, only the new
// lines.
func (s *scene) newText(p bot.Post) string {
	text := bottest.Text(p.Reply)
	i := slices.IndexFunc(s.shown, func(old bot.Post) bool { return old.ID == p.Replaces })
	if i < 0 || p.Replaces == "" {
		return text
	}
	old := slices.Collect(strings.Lines(bottest.Text(s.shown[i].Reply)))
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !slices.Contains(old, line) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// heading returns where a post is shown, and which post it replaces.
func (s *scene) heading(p bot.Post) string {
	place := strings.TrimSuffix(p.Thread.Channel+" "+p.Thread.Root, " ")
	if p.Private {
		place += ", to " + p.To.Name + " alone"
	}
	if p.Withdraw {
		return place + ": withdraws " + s.postNumber(p.Replaces)
	}
	if p.Replaces != "" {
		return place + ": changes " + s.postNumber(p.Replaces)
	}
	return place + ": " + s.postNumber(p.ID)
}

// postNumber returns the name of a post: its number in order of appearance.
func (s *scene) postNumber(id bot.PostID) string {
	return fmt.Sprintf("post %d", 1+slices.IndexFunc(s.shown, func(p bot.Post) bool { return p.ID == id }))
}
