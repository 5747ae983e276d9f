package cli

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/store"
)

// TestOutbox lists, retries and drops dead letters while another process, such as
// the bot, uses the database.
func TestOutbox(t *testing.T) {
	t.Parallel()
	s := shell{t, filepath.Join(t.TempDir(), "test.db")}
	s.refuses("no such file", "outbox", "list")
	db, err := store.OpenKeyFile(t.Context(), s.path+".key", s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	s.want("No post waits, and there are no dead letters.\n", "outbox", "list")
	giveUp(t, db, "first", "second", "third")
	s.want("slack: 0 waiting; 3 dead letters\n", "outbox", "list")
	s.want("missing [31m permission\n", "outbox", "list", "--limit", "1")
	s.want("\n2 more: use --limit.\n", "outbox", "list", "--limit", "1")
	s.want("the replica of SQL-01 is inconsistent", "outbox", "list", "--text")
	for _, args := range [][]string{{"list"}, {"list", "--json"}} {
		if out, _ := s.run("", append([]string{"outbox"}, args...)...); !strings.Contains(out, "second") || strings.Contains(out, "SQL-01") {
			t.Errorf("%q lists without a flag:\n%s", args, out)
		}
	}

	s.refuses("--all", "outbox", "retry")
	s.refuses("--all", "outbox", "retry", "--all", "first")
	s.refuses("no dead letter has the ID unknown", "outbox", "retry", "first", "unknown")
	s.refuses("no dead letter has the ID first", "outbox", "drop", "first")
	s.want("1 dead letters are removed", "outbox", "drop", "second")
	s.want("slack: 1 waiting, the oldest for ", "outbox", "list")
	s.want("1 dead letters are sent again", "outbox", "retry", "--all")
	posts, err := db.Claim(t.Context(), "slack", 9, 9, time.Minute)
	if err != nil || len(posts) != 2 || posts[0].ID != "first" || posts[1].ID != "third" {
		t.Errorf("got posts %v, %v", posts, err)
	}

	giveUp(t, db, "last")
	out, err := s.run("", "outbox", "list", "--json", "--text")
	if err != nil {
		t.Fatal(err)
	}
	var l listing
	if err := json.Unmarshal([]byte(out), &l); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	if len(l.Backlogs) != 1 || len(l.DeadLetters) != 1 || l.Backlogs[0].Waiting != 2 {
		t.Fatalf("got %+v", l)
	}
	d := l.DeadLetters[0]
	if age := time.Since(d.At); age < 0 || age > time.Hour {
		t.Errorf("given up %v ago", age)
	}
	d.At = time.Time{}
	if want := (listedLetter{ID: "last", Attempts: 1, Adapter: "slack", Workspace: "W", Channel: "C", Root: "last", To: "U", Why: "missing\x1b[31m\tpermission", Text: "the replica of SQL-01 is inconsistent"}); d != want {
		t.Errorf("got  %+v\nwant %+v", d, want)
	}
}

// giveUp makes posts dead letters.
func giveUp(t *testing.T, db *store.SQL, ids ...bot.PostID) {
	t.Helper()
	turn := bot.Turn{Event: bot.EventID(ids[0])}
	for _, id := range ids {
		turn.Posts = append(turn.Posts, bot.Post{
			ID: id, Thread: bot.Thread{Adapter: "slack", Workspace: "W", Channel: "C", Root: string(id)}, To: bot.User{ID: "U"},
			Reply: bot.Reply{Blocks: []bot.Block{{Kind: bot.BlockText, Text: "the replica of SQL-01 is inconsistent"}}},
		})
	}
	if err := db.Apply(t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	posts, err := db.Claim(t.Context(), "slack", len(ids), 9, time.Minute)
	if err != nil || len(posts) != len(ids) {
		t.Fatalf("claimed %v, %v", posts, err)
	}
	for _, p := range posts {
		if err := db.Drop(t.Context(), p.ID, p.Attempt, "missing\x1b[31m\tpermission"); err != nil {
			t.Fatal(err)
		}
	}
}
