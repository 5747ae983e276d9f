package store

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/locale"
	"mabsbot/kb"
)

// marker is the name of a server that no built-in text has.
const marker = "zeppelin77"

// leftovers returns where a text is: each table, and what of it has the text, in
// clear or encrypted. It reads every column of every table, and fails if it cannot
// open what is encrypted.
func leftovers(t *testing.T, s *SQL, text string) (found []string) {
	t.Helper()
	tables := `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`
	if s.postgres {
		tables = `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
	}
	for _, table := range texts(t, s, tables) {
		i := slices.IndexFunc(sealedTables, func(e sealedTable) bool { return e.table == table })
		for _, row := range rowsOf(t, s, table) {
			if strings.Contains(row, text) {
				found = append(found, table+" in clear")
			}
		}
		if i < 0 {
			continue
		}
		e := sealedTables[i]
		rows, err := sealedRows(s.read.Query(`SELECT 0, sealed` + e.selects() + ` FROM ` + table + ` WHERE sealed IS NOT NULL`))
		must(t, err)
		for _, r := range rows {
			plain, err := s.sealer.open(r.sealed, append([]string{e.kind}, r.columns...)...)
			must(t, err)
			if strings.Contains(string(plain), text) {
				found = append(found, table)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// texts returns the first column of a query.
func texts(t *testing.T, s *SQL, query string) (all []string) {
	t.Helper()
	rows, err := s.read.Query(query)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var text string
		must(t, rows.Scan(&text))
		all = append(all, text)
	}
	must(t, rows.Err())
	return all
}

// A place is a bot on a database, whose posts are refused.
type place struct {
	*testing.T
	*SQL
	handle bot.Handler
}

var alex = bot.User{ID: "U1", Name: "alex", Locale: "en-US"}

func newPlace(t *testing.T) place {
	base, err := kb.Load(kb.Layer{Name: "kb/entries", FS: kb.Builtin()})
	must(t, err)
	locales, err := locale.Load(locale.Builtin())
	must(t, err)
	s := openNew(t)
	policy := bot.DefaultPolicy()
	policy.EscalationChannels = map[string]string{"test": "team"}
	policy.Channels = map[string]bot.ChannelPolicy{"shadow": {Mode: bot.ModeShadow}}
	b := bot.New(func() *kb.Base { return base }, locales, policy, s, s, slog.New(slog.DiscardHandler))
	can := bot.Capabilities{DirectMessages: true, Private: true, Unprompted: true, Edits: true}
	return place{t, s, b.Handler(bottest.NewRecorder("test", can))}
}

// say handles a message in a channel, or as a reply.
func (p place) say(id, channel, root, text string, change func(*bot.Message)) {
	p.Helper()
	m := bot.Message{Text: text, InThread: root != id, Head: bot.Head{
		ID: bot.EventID(id), From: alex, At: time.Now(), Thread: bot.Thread{Adapter: "test", Workspace: "w", Channel: channel, Root: root},
	}}
	if change != nil {
		change(&m)
	}
	must(p.T, p.handle(p.Context(), m))
}

// remove deletes a message.
func (p place) remove(id, channel, root string) {
	p.Helper()
	p.say(id+"/deleted", channel, root, "", func(m *bot.Message) { m.Change, m.Original = bot.ChangeDeleted, bot.EventID(id) })
}

// refuse makes dead letters of all posts that wait.
func (p place) refuse() {
	p.Helper()
	for {
		posts, err := p.Claim(p.Context(), "test", 100, 100, time.Minute)
		must(p.T, err)
		if len(posts) == 0 {
			return
		}
		for _, post := range posts {
			must(p.T, p.Drop(p.Context(), post.ID, post.Attempt, "refused"))
		}
	}
}

// converse makes traces of the marker: an answer, remarks, a case, a private answer,
// a recorded post, and payloads that could not be handled.
func (p place) converse() {
	p.Helper()
	paste := "The agent operation failed because of a communication error with the DPM Agent Coordinator service on " + marker + ". (ID: 319)"
	p.say("m1", "support", "m1", paste, nil)
	p.say("m1/edit/1", "support", "m1", paste+" It is "+marker+" again.", func(m *bot.Message) { m.Change, m.Original = bot.ChangeEdited, "m1" })
	p.say("r1", "support", "m1", "we moved "+marker+" to another rack on Sunday", nil)
	p.say("r2", "support", "m1", "get me a person please, "+marker+" is down", func(m *bot.Message) { m.Addressed = true })
	p.say("m2", "shadow", "m2", paste, nil)
	p.say("m3", "support", bot.CommandRoot+"m3", paste, func(m *bot.Message) { m.Command = true })
	p.say("m4", "support", "m4", paste, func(m *bot.Message) {
		m.Addressed, m.Quoted = true, &bot.Quoted{Text: paste, Hidden: true} // it is answered in a direct message
	})
	p.say("m5", "support", "m5", "what about the weather?", func(m *bot.Message) { m.Addressed = true })
	for _, f := range []struct{ id, root, text string }{{"r3", "m5", "took an umbrella to " + marker}, {"r4", "m6", "restarted " + marker}} {
		must(p.T, p.handle(p.Context(), bot.Press{
			Head:   bot.Head{ID: bot.EventID("use " + f.id), From: alex, Thread: bot.Thread{Adapter: "test", Workspace: "w", Channel: "support", Root: f.root}},
			Button: bot.Button{Action: bot.ActionRecord}, Message: bot.EventID(f.id), Value: f.text,
		}))
	}
	p.refuse()
	inbox := p.Inbox("test")
	must(p.T, inbox.Bury(p.Context(), "m1", []byte(paste)))
	must(p.T, inbox.Bury(p.Context(), "m2/edit/2", []byte(paste)))
	if got, want := fmt.Sprint(leftovers(p.T, p.SQL, marker)), "[inbox posts walkthroughs]"; got != want {
		p.Errorf("the conversation is in %s, want %s", got, want)
	}
	if n := count(p.T, p.SQL, `SELECT COUNT(*) FROM posts WHERE private = 1 AND sealed IS NOT NULL`); n == 0 {
		p.Error("no private answer is a dead letter")
	}
	p.wantRecords(1)
	p.wantFixes(2, 2)
}

// wantRecords checks how many unanswered messages are recorded.
func (p place) wantRecords(want int) {
	p.Helper()
	if n := count(p.T, p.SQL, `SELECT COUNT(*) FROM unanswered`); n != want {
		p.Errorf("%d messages are recorded as unanswered, want %d", n, want)
	}
}

// wantFixes checks how many fixes are recorded, and how many of them name a user.
func (p place) wantFixes(want, named int) {
	p.Helper()
	if n := count(p.T, p.SQL, `SELECT COUNT(*) FROM fixes`); n != want {
		p.Errorf("%d fixes are recorded, want %d", n, want)
	}
	if n := count(p.T, p.SQL, `SELECT COUNT(*) FROM fixes WHERE author <> '' OR asker <> ''`); n != named {
		p.Errorf("%d fixes name a user, want %d", n, named)
	}
}

// closeCase closes the case.
func (p place) closeCase() {
	p.Helper()
	w, ok, err := p.Case(p.Context(), "test", "w", 1)
	if err != nil || !ok {
		p.Fatalf("there is no case: %v", err)
	}
	w.Status = bot.StatusCaseClosed
	must(p.T, p.Apply(p.Context(), bot.Turn{Event: "closed", States: []bot.Walkthrough{w}}))
}

// TestDeletedMessages checks that deleted messages are gone from every table, with
// what was made of them.
func TestDeletedMessages(t *testing.T) {
	for _, closed := range []bool{false, true} {
		p := newPlace(t)
		p.converse()
		if closed {
			p.closeCase()
		}
		p.remove("r1", "support", "m1")
		w, _, err := p.Load(t.Context(), bot.Thread{Adapter: "test", Workspace: "w", Channel: "support", Root: "m1"}, bot.UserKey{})
		if err != nil || w.Entry == nil || strings.Contains(fmt.Sprint(w.Said, w.Facts), "rack") {
			t.Errorf("a deleted reply leaves %v and %v, %v", w.Said, w.Facts, err)
		}
		for _, m := range []struct{ id, channel, root string }{
			{"r2", "support", "m1"}, {"m1", "support", "m1"}, {"m2", "shadow", "m2"}, {"m3", "support", bot.CommandRoot + "m3"}, {"m4", "support", "m4"}, {"m5", "support", "m5"}, {"r3", "support", "m5"}, {"r4", "support", "m6"},
		} {
			p.remove(m.id, m.channel, m.root)
		}
		if left := leftovers(t, p.SQL, marker); len(left) > 0 {
			t.Errorf("deleted messages are left in %q", left)
		}
		p.wantRecords(0)
		p.wantFixes(0, 0)
	}
}

// TestForgottenUser checks that a user who is forgotten is in no table but the inbox,
// whose payloads are of an unknown user and kept for DeadLetterTTL.
func TestForgottenUser(t *testing.T) {
	p := newPlace(t)
	p.converse()
	_, err := p.Forget(t.Context(), "test", alex.ID)
	must(t, err)
	if left := leftovers(t, p.SQL, marker); !slices.Equal(left, []string{"inbox"}) {
		t.Errorf("a forgotten user is left in %q", left)
	}
	p.wantRecords(0)
	p.wantFixes(2, 0)
}

// TestRetained checks that nothing of a conversation is left after the retention.
func TestRetained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlace(t)
		p.converse()
		p.closeCase() // an open one stays
		time.Sleep(month + time.Hour)
		maintain(t, p.SQL)
		if left := leftovers(t, p.SQL, marker); len(left) > 0 {
			t.Errorf("after the retention a conversation is left in %q", left)
		}
		p.wantRecords(0)
		p.wantFixes(0, 0)
	})
}
