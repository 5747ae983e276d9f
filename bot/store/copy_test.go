package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"mabsbot/bot"
)

// TestCopy copies a SQLite database to PostgreSQL and from there to SQLite, which
// then has the same rows, and goes on where the first one was.
func TestCopy(t *testing.T) {
	first, postgres, last := openNew(t), openBubble(t), openNew(t)
	fillTables(t, first)
	rows := func(s *SQL) (all []string) {
		t.Helper()
		for _, table := range copiedTables {
			all = append(all, rowsOf(t, s, table)...)
		}
		return all
	}
	want := rows(first)
	for _, table := range copiedTables {
		if len(rowsOf(t, first, table)) == 0 {
			t.Errorf("%s is empty, and not tested", table)
		}
	}
	for _, to := range []struct{ from, to *SQL }{{first, postgres}, {postgres, last}} {
		n, err := Copy(t.Context(), to.from, to.to)
		if err != nil || n != len(want) {
			t.Fatalf("copied %d rows, want %d: %v", n, len(want), err)
		}
		if got := rows(to.to); !slices.Equal(got, want) {
			t.Errorf("got\n%q\nwant\n%q", got, want)
		}
		if _, err := Copy(t.Context(), to.from, to.to); !errors.Is(err, errNotEmpty) {
			t.Errorf("a second copy: %v", err)
		}
	}
	for _, s := range []*SQL{postgres, last} {
		must(t, s.Apply(t.Context(), bot.Turn{Event: "later", Posts: []bot.Post{{ID: "later", Thread: thread(1)}}}))
		must(t, s.Inbox("i").Put(t.Context(), "later", nil))
		posts, err := s.Claim(t.Context(), "test", 99, 99, time.Minute)
		must(t, err)
		if !slices.ContainsFunc(posts, func(p bot.Post) bool { return p.ID == "post 0 of 2" }) {
			t.Errorf("the copied post is not sent: %v", posts)
		}
	}
}

// TestCopyInterrupted checks that a failed copy leaves an empty database.
func TestCopyInterrupted(t *testing.T) {
	from, to := openNew(t), openNew(t)
	fillTables(t, from)
	_, err := to.write.Exec(`CREATE TRIGGER fails BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'test'); END`)
	must(t, err)
	_, err = Copy(t.Context(), from, to)
	wantError(t, err, "journal: ")
	for _, table := range copiedTables {
		if n := count(t, to, `SELECT COUNT(*) FROM `+table); n != 0 {
			t.Errorf("%s has %d rows", table, n)
		}
	}
}

// TestCopiedTables checks that no table is forgotten.
func TestCopiedTables(t *testing.T) {
	rows, err := openNew(t).read.Query(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%'`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		if !slices.Contains(copiedTables, name) && name != "key_check" {
			t.Errorf("%s is not copied", name)
		}
	}
	must(t, rows.Err())
}

// fillTables writes to every table.
func fillTables(t *testing.T, s *SQL) {
	t.Helper()
	for i := range 3 {
		must(t, s.Apply(t.Context(), fullTurn(i)))
		must(t, s.Inbox("i").Put(t.Context(), fmt.Sprint(i), []byte("payload")))
		must(t, s.Journal("j").Append(t.Context(), fmt.Append(nil, "record ", i)))
		w := walking(20+i, fmt.Sprint("r", i))
		w.Asker.ID = "gone"
		must(t, s.Apply(t.Context(), bot.Turn{Event: event(20 + i), States: []bot.Walkthrough{w}}))
	}
	handedOver := walking(30, "r1")
	handedOver.Asker.ID, handedOver.Status, handedOver.Handover = "gone", bot.StatusCase, &bot.Case{Number: 7}
	must(t, s.Apply(t.Context(), bot.Turn{Event: event(30), States: []bot.Walkthrough{handedOver}}))
	_, err := s.Forget(t.Context(), "test", "gone")
	must(t, err)
	must(t, s.Sent(t.Context(), "post 0 of 1", bot.Delivery{Ref: "r"}))
	_, _, err = s.Hold(t.Context(), "lease", "holder", time.Minute)
	must(t, err)
	must(t, s.Apply(t.Context(), settingsTurn))
	must(t, s.Apply(t.Context(), bot.Turn{Event: "counted", Counts: []bot.Count{{Adapter: "test", Kind: bot.CountBegun, Entry: "e"}}}))
	_, err = s.SaveFile(t.Context(), bot.FileVersion{File: "a.yaml", Content: "id: a"}, 0, bot.AuditRecord{})
	must(t, err)
	must(t, s.Apply(t.Context(), bot.Turn{Event: "learned", Learned: bot.Learned{Counts: []bot.StepCount{{Entry: "e", Step: "s", Outcome: bot.StepOpen, N: 1}}, Asker: bot.StepQuery{Entry: "e"}}}))
	must(t, s.Sessions().Begin(t.Context(), "session", time.Minute))
	must(t, s.Apply(t.Context(), unansweredTurn))
	must(t, s.Apply(t.Context(), incidentTurn))
	must(t, s.SetMark(t.Context(), "key", bot.MarkDone))
	must(t, s.Apply(t.Context(), fixTurn))
	voteOnce(t, s)
	must(t, s.Record(t.Context(), bot.AuditRecord{Kind: bot.AuditReset, By: bot.User{ID: "ada"}}))
}

// voteOnce votes on an answer of a shadow channel.
func voteOnce(t *testing.T, s *SQL) {
	t.Helper()
	held := bot.Post{ID: "held", Thread: thread(1), Shadow: true, Question: &bot.Question{Result: bot.ResultSure}}
	must(t, s.Apply(t.Context(), bot.Turn{Event: "held", About: "held", Posts: []bot.Post{held}}))
	must(t, s.Vote(t.Context(), held.ID, true, bot.User{ID: "voter"}))
}

// rowsOf returns the rows of a table as text.
func rowsOf(t *testing.T, s *SQL, table string) (all []string) {
	t.Helper()
	rows, err := s.read.Query(`SELECT * FROM ` + table + ` ORDER BY 1, 2`)
	must(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	must(t, err)
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		must(t, rows.Scan(values...))
		var byName []string
		for i, name := range columns {
			byName = append(byName, fmt.Sprintf("%s=%v", name, *values[i].(*any)))
		}
		slices.Sort(byName) // the databases may have their columns in another order
		all = append(all, fmt.Sprint(table, byName))
	}
	must(t, rows.Err())
	slices.Sort(all)
	return all
}
