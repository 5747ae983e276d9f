package cli

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// storedGolden has the content of the database of commit 3c1bd8e as text.
const storedGolden = "adapters/cli/testdata/stored/3c1bd8e.txtar"

// storedKey is the key of that database.
var storedKey = []byte(strings.Repeat("k", store.KeySize))

// TestStored checks that a database written by commit 3c1bd8e opens and that
// every record in it reads as it did then. -update writes the golden file.
func TestStored(t *testing.T) {
	t.Parallel()
	s := openStored(t)
	got := &txtar.Archive{
		Comment: []byte("What the database of commit 3c1bd8e holds, as the store reads it. See README.md.\n\n"),
		Files: []txtar.File{
			{Name: "walkthroughs", Data: s.walkthroughs()},
			{Name: "preferences", Data: s.preferences()},
			{Name: "inbox", Data: s.inbox()},
			{Name: "dead letters", Data: s.deadLetters()},
			{Name: "journal", Data: s.journal()},
			{Name: "sent and dropped posts", Data: s.settled()},
			{Name: "shadowed posts", Data: s.shadowed()},
		},
	}
	for _, adapter := range []string{"slack", "discord", "console"} {
		got.Files = append(got.Files, txtar.File{Name: "waiting posts of " + adapter, Data: s.deliver(adapter)})
	}
	if *update {
		s.must(os.WriteFile(storedGolden, txtar.Format(got), 0o644))
		return
	}
	want, err := txtar.ParseFile(storedGolden)
	s.must(err)
	if len(got.Files) != len(want.Files) {
		t.Fatalf("%d sections, want %d", len(got.Files), len(want.Files))
	}
	for i, section := range got.Files {
		for line, pair := range pairs(string(section.Data), string(want.Files[i].Data)) {
			if pair[0] != pair[1] {
				t.Errorf("%s, line %d:\n%s\nwant\n%s", section.Name, line+1, pair[0], pair[1])
				break
			}
		}
	}
}

// pairs returns the lines of two texts side by side.
func pairs(a, b string) (all [][2]string) {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(x), len(y)) {
		var pair [2]string
		if i < len(x) {
			pair[0] = x[i]
		}
		if i < len(y) {
			pair[1] = y[i]
		}
		all = append(all, pair)
	}
	return all
}

// TestStoredOnce checks that that database is migrated, and that opening it
// again changes nothing.
func TestStoredOnce(t *testing.T) {
	t.Parallel()
	path := chattest.Stored(t, ".")
	if _, err := store.Open(t.Context(), path, bytes.Repeat([]byte("x"), store.KeySize)); !errors.Is(err, store.ErrKey) {
		t.Errorf("with another key: got error %v, want ErrKey", err)
	}
	var states []string
	for range 2 {
		db, err := store.Open(t.Context(), path, storedKey)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		states = append(states, dump(t, path))
	}
	if states[0] != states[1] {
		t.Error("opening the database again changed it")
	}
}

// TestStoredPruned checks that Prune keeps every walkthrough, every waiting
// post, and every inbox record that is not a dead letter.
func TestStoredPruned(t *testing.T) {
	t.Parallel()
	s := openStored(t)
	walkthroughs, inbox := s.walkthroughs(), s.inbox()
	s.must(s.db.Prune(t.Context(), 0))
	if !bytes.Equal(s.walkthroughs(), walkthroughs) || !bytes.Equal(s.inbox(), inbox) {
		t.Error("a walkthrough or an inbox record was deleted")
	}
	for adapter, want := range map[string]int{"slack": 12, "discord": 8, "console": 9} {
		if n := strings.Count(string(s.deliver(adapter)), "\npost "); n != want {
			t.Errorf("%s: %d posts, want %d", adapter, n, want)
		}
	}
}

// TestStoredTags checks that the types of the core still have the JSON names
// with which they were stored: decoding and encoding a record does not change
// it.
func TestStoredTags(t *testing.T) {
	t.Parallel()
	s := openStored(t)
	check := func(id []string, sealed []byte, into any) {
		t.Helper()
		plain := s.unseal(id, sealed)
		decoder := json.NewDecoder(bytes.NewReader(plain))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(into); err != nil {
			t.Errorf("%q: %v", id, err)
			return
		}
		again, err := json.Marshal(into)
		s.must(err)
		if !reflect.DeepEqual(decoded(t, again), decoded(t, plain)) {
			t.Errorf("%q: stored as\n%s\nread as\n%s", id, plain, again)
		}
	}
	n := 0
	s.rows(`SELECT adapter, workspace, channel, root, version, sealed FROM walkthroughs`, func(scan func(...any)) {
		var a, w, c, r, version string
		var sealed []byte
		scan(&a, &w, &c, &r, &version, &sealed)
		check([]string{"walkthrough", a, w, c, r, version}, sealed, new(bot.Walkthrough))
		n++
	})
	s.rows(`SELECT id, sealed FROM posts WHERE sealed IS NOT NULL`, func(scan func(...any)) {
		var id string
		var sealed []byte
		scan(&id, &sealed)
		check([]string{"post", id}, sealed, new(bot.Post))
		n++
	})
	if n != 96 {
		t.Errorf("%d records, want 96", n)
	}
}

// TestStoredValues checks the values of constants that the database contains.
func TestStoredValues(t *testing.T) {
	t.Parallel()
	for got, want := range map[any]string{
		bot.StatusChoosing: "choosing", bot.StatusWalking: "walking", bot.StatusSolved: "solved", bot.StatusEscalated: "person",
		bot.StatusEnded: "done", bot.StatusUnmatched: "unmatched", bot.StatusQuiet: "quiet",

		bot.BlockHeading: "heading", bot.BlockText: "text", bot.BlockQuestion: "ask", bot.BlockQuote: "quote", bot.BlockTable: "table",
		bot.BlockCopy: "copy", bot.BlockSteps: "steps", bot.BlockWarning: "warning", bot.BlockLink: "link", bot.BlockThread: "jump",
		bot.BlockContext: "context", bot.BlockChoices: "choices",

		bot.ItemTried: "tried", bot.ItemCurrent: "current",

		bot.ActionStart: "e", bot.ActionAnswer: "a", bot.ActionNext: "n", bot.ActionFixed: "f", bot.ActionBack: "b", bot.ActionAll: "l",
		bot.ActionPerson: "p", bot.ActionSkip: "s", bot.ActionOther: "o", bot.ActionDirect: "d", bot.ActionPublish: "c", bot.ActionArea: "r",
		bot.ActionStillSolved: "h", bot.ActionCameBack: "g",

		bot.Button{Action: bot.ActionNext, Entry: "entry", Revision: "81c0", Step: "step", Choice: "choice"}: "m1|n|entry|81c0|step|choice",

		bot.CommandRoot: "cmd-", bot.DirectChannel: "dm:",

		match.EvidenceCode: "code", match.EvidenceSymbol: "symbol", match.EvidenceMessage: "message", match.EvidencePhrase: "phrase",
		match.EvidenceWords: "words", kb.Alternatives: "alternatives", kb.Sequence: "sequence", kb.End: "end",
		kb.ShellPowerShell: "powershell", kb.ShellCmd: "cmd",
	} {
		if fmt.Sprint(got) != want {
			t.Errorf("%v is stored as %q", got, want)
		}
	}
}

func decoded(t *testing.T, data []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// A stored database is a copy of the database of commit 3c1bd8e, opened as a
// store and also as a plain SQLite database.
type stored struct {
	t   *testing.T
	db  *store.SQL
	raw *sql.DB
}

func openStored(t *testing.T) *stored {
	t.Helper()
	path := chattest.Stored(t, ".")
	s := &stored{t: t}
	var err error
	s.db, err = store.Open(t.Context(), path, storedKey)
	s.must(err)
	t.Cleanup(func() { s.must(s.db.Close()) })
	s.raw, err = sql.Open("sqlite", "file:"+path)
	s.must(err)
	t.Cleanup(func() { s.must(s.raw.Close()) })
	return s
}

func (s *stored) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// rows calls each for every row of a query.
func (s *stored) rows(query string, each func(scan func(into ...any))) {
	s.t.Helper()
	rows, err := s.raw.QueryContext(s.t.Context(), query)
	s.must(err)
	defer rows.Close()
	for rows.Next() {
		each(func(into ...any) { s.must(rows.Scan(into...)) })
	}
	s.must(rows.Err())
}

// unseal decrypts a record as commit 3c1bd8e encrypted it: with AES-256-GCM,
// the nonce in front, and the row named by id as additional data.
func (s *stored) unseal(id []string, sealed []byte) []byte {
	s.t.Helper()
	block, err := aes.NewCipher(storedKey)
	s.must(err)
	aead, err := cipher.NewGCMWithRandomNonce(block)
	s.must(err)
	plain, err := aead.Open(nil, nil, sealed, fmt.Appendf(nil, "%q", id))
	s.must(err)
	return plain
}

// walkthroughs returns every walkthrough as text.
func (s *stored) walkthroughs() []byte {
	var b bytes.Buffer
	s.rows(`SELECT adapter, workspace, channel, root FROM walkthroughs ORDER BY begun_at, adapter, channel, root`, func(scan func(...any)) {
		var t bot.Thread
		scan(&t.Adapter, &t.Workspace, &t.Channel, &t.Root)
		w, lang, err := s.db.Load(s.t.Context(), t, bot.UserKey{})
		s.must(err)
		if lang != "" {
			s.t.Errorf("%v: got language %q, want none", t, lang)
		}
		writeWalkthrough(&b, w)
	})
	return b.Bytes()
}

func writeWalkthrough(b *bytes.Buffer, w bot.Walkthrough) {
	fmt.Fprintf(b, "%s: %q, version %d\n", thread(w.Thread), w.Status, w.Version)
	field := func(name string, value any) {
		if v := reflect.ValueOf(value); !v.IsZero() {
			fmt.Fprintf(b, "\t%s: %v\n", name, value)
		}
	}
	evidence := func(all []match.Evidence) {
		for _, e := range all {
			field("evidence", fmt.Sprintf("%s %q at %d to %d", e.Kind, e.Text, e.Start, e.End))
		}
	}
	if e := w.Entry; e != nil {
		field("entry", fmt.Sprintf("%s %s %s, %q, %d steps %s", e.ID, w.Revision, e.Revision, e.Title.In(w.Lang, "en"), len(e.Steps.Items), e.Steps.Order))
	}
	field("language", w.Lang)
	field("asker", user(w.Asker))
	field("private", w.Private)
	field("at", position(w.At))
	for _, p := range w.Path {
		field("path", fmt.Sprintf("%s, %d tried", position(p.Position), p.Tried))
	}
	field("slots", w.Slots)
	for _, a := range w.Tried {
		field("tried", strings.TrimSpace(a.Step+" "+a.Choice))
	}
	field("also", w.Also)
	for _, o := range w.Options {
		field("option", fmt.Sprintf("%s %.6f %v %v", o.Entry, o.Confidence, o.Slots, o.Codes))
		evidence(o.Evidence)
	}
	field("source", w.Source)
	if w.Text != "" {
		field("text", fmt.Sprintf("%q", w.Text))
	}
	evidence(w.Evidence)
	field("confidence", w.Confidence)
	field("codes", w.Codes)
	field("posts", w.Posts)
	field("live", w.Live)
	field("intro", w.Intro)
	field("follow-up", w.FollowUp)
	field("asked", w.Asked)
	field("handed over", w.HandedOver)
	field("elsewhere", thread(w.Elsewhere))
}

func position(p bot.Position) string {
	var parts []string
	for _, part := range [][2]string{{"question", p.Question}, {"slot", p.Slot}, {"step", p.Step}} {
		if part[1] != "" {
			parts = append(parts, part[0]+" "+part[1])
		}
	}
	return strings.Join(parts, ", ")
}

func user(u bot.User) string {
	return strings.Join(strings.Fields(fmt.Sprintf("%s %q %s bot=%t", u.ID, u.Name, u.Locale, u.Bot)), " ")
}

func thread(t bot.Thread) string {
	return strings.Join(strings.Fields(t.Adapter+" "+t.Workspace+" "+t.Channel+" "+t.Root), " ")
}

// preferences returns the languages that users chose.
func (s *stored) preferences() []byte {
	var b bytes.Buffer
	s.rows(`SELECT adapter, workspace, user_id FROM preferences ORDER BY adapter`, func(scan func(...any)) {
		var u bot.UserKey
		scan(&u.Adapter, &u.Workspace, &u.ID)
		_, lang, err := s.db.Load(s.t.Context(), bot.Thread{Adapter: u.Adapter, Channel: "none"}, u)
		s.must(err)
		fmt.Fprintf(&b, "%s %s %s: %s\n", u.Adapter, u.Workspace, u.ID, lang)
	})
	return b.Bytes()
}

// inbox returns the key and size of every inbox record that is not a dead
// letter.
func (s *stored) inbox() []byte {
	var b bytes.Buffer
	for _, name := range []string{"slack", "discord"} {
		s.must(s.db.Inbox(name).Replay(s.t.Context(), func(key string, payload []byte) error {
			fmt.Fprintf(&b, "%s: %d bytes\n", key, len(payload))
			return nil
		}))
	}
	return b.Bytes()
}

func (s *stored) deadLetters() []byte {
	var b bytes.Buffer
	for _, name := range []string{"slack", "discord"} {
		s.must(s.db.Inbox(name).Dead(s.t.Context(), func(key string, payload []byte) error {
			fmt.Fprintf(&b, "%s: %s\n", key, payload)
			return nil
		}))
	}
	return b.Bytes()
}

// journal returns a line for each record of the console's journal.
func (s *stored) journal() []byte {
	var b bytes.Buffer
	s.must(s.db.Journal("console").Replay(s.t.Context(), func(record []byte) error {
		var r map[string]any
		err := json.Unmarshal(record, &r)
		fmt.Fprintf(&b, "%v %v", r["op"], r["id"])
		if post, ok := r["post"].(map[string]any); ok {
			fmt.Fprintf(&b, " post %v", post["id"])
		}
		if text, ok := r["text"]; ok {
			fmt.Fprintf(&b, " %q", text)
		}
		b.WriteByte('\n')
		return err
	}))
	return b.Bytes()
}

// settled returns the stored fields of sent and dropped posts.
func (s *stored) settled() []byte {
	var b bytes.Buffer
	s.rows(`SELECT id, state, adapter, channel, root, replaces, ref FROM posts WHERE state IN ('sent', 'dropped') ORDER BY seq`, func(scan func(...any)) {
		var id, state, replaces, ref string
		var t bot.Thread
		scan(&id, &state, &t.Adapter, &t.Channel, &t.Root, &replaces, &ref)
		fmt.Fprintln(&b, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s as %s replaces %s", id, state, thread(t), ref, replaces)), " "))
	})
	return b.Bytes()
}

func (s *stored) shadowed() []byte {
	posts, err := s.db.Shadowed(s.t.Context(), bot.ShadowQuery{Limit: 100})
	s.must(err)
	var b bytes.Buffer
	for _, p := range posts {
		writePost(&b, p)
	}
	return b.Bytes()
}

// deliver claims the waiting posts of an adapter in order, records them as
// sent, and returns them as text. It checks that no post is claimed twice.
func (s *stored) deliver(adapter string) []byte {
	var b bytes.Buffer
	sent := map[bot.PostID]bool{}
	for {
		posts, err := s.db.Claim(s.t.Context(), adapter, 100, 100, time.Minute)
		s.must(err)
		if len(posts) == 0 {
			break
		}
		b.WriteString("together:\n")
		for _, p := range posts {
			if sent[p.ID] {
				s.t.Errorf("post %s is claimed again", p.ID)
			}
			sent[p.ID] = true
			writePost(&b, p)
			d := bot.Delivery{Ref: fmt.Sprint("ref-", len(sent)), Thread: p.Thread}
			if p.Opens {
				d.Thread.Root = fmt.Sprint("opened-", len(sent))
			}
			s.must(s.db.Sent(s.t.Context(), p.ID, d))
		}
	}
	if wait, ok, err := s.db.NextDue(s.t.Context(), adapter, 100); err != nil || ok {
		s.t.Errorf("%s: another post is due in %v, %v", adapter, wait, err)
	}
	return b.Bytes()
}

func writePost(b *bytes.Buffer, p bot.Post) {
	fmt.Fprintf(b, "post %s in %s to %s, attempt %d", p.ID, thread(p.Thread), user(p.To), p.Attempt)
	for _, flag := range []struct {
		name string
		set  bool
	}{{"opens", p.Opens}, {"private", p.Private}, {"withdraws", p.Withdraw}, {"shadow", p.Shadow}} {
		if flag.set {
			b.WriteString(", " + flag.name)
		}
	}
	if p.Delay > 0 {
		fmt.Fprintf(b, ", after %v", p.Delay)
	}
	if p.Replaces != "" {
		fmt.Fprintf(b, ", replaces %s, which is %q", p.Replaces, p.Ref)
	}
	fmt.Fprintf(b, ", in %q\n", p.Reply.Lang)
	for line := range strings.Lines(bottest.Text(p.Reply)) {
		b.WriteString("\t" + line)
	}
	for _, choice := range p.Reply.Buttons() {
		fmt.Fprintf(b, "\tbutton %s, primary %t\n", choice.Button, choice.Primary)
	}
}

// dump returns the content of all tables.
func dump(t *testing.T, path string) string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var b strings.Builder
	for _, table := range tables(t, db) {
		rows, err := db.QueryContext(context.Background(), "SELECT * FROM "+table)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, table, columns)
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		for rows.Next() {
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			for _, v := range values {
				fmt.Fprintf(&b, "%v|", *v.(*any))
			}
			b.WriteByte('\n')
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func tables(t *testing.T, db *sql.DB) (names []string) {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), `SELECT name FROM sqlite_schema WHERE type = 'table'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
