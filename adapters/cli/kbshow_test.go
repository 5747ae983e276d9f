package cli

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/bot/store"
)

// TestOrder shows the order that follows from outcomes, while another process, such as
// the bot, uses the database.
func TestOrder(t *testing.T) {
	t.Parallel()
	s := shell{t, filepath.Join(t.TempDir(), "test.db")}
	show := []string{"kb", "show", "credentials-download-403", "--order"}
	s.refuses("no such file", show...)
	db, err := store.OpenKeyFile(t.Context(), s.path+".key", s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	s.want("bot.learning is off\n1  browser       helped 0 of 0", show...)
	if err := db.Apply(t.Context(), chattest.Learned(t, "credentials-download-403", "browser 4 of 40\nrights 18 of 21\nsubscription 3 of 19")); err != nil {
		t.Fatal(err)
	}
	s.want("1  rights        helped 18 of 21  at least 65 %  0 skipped  0 open; step 2 of the entry\n", show...)
	s.want("3  subscription  helped 3 of 19   at least 6 %   0 skipped  0 open; fewer than 20 outcomes\n", show...)
	out, err := s.run("", append(show, "--json")...)
	var got []learnedOrder
	if err != nil || json.Unmarshal([]byte(out), &got) != nil || len(got) != 1 || len(got[0].Steps) != 5 {
		t.Fatalf("%v:\n%s", err, out)
	}
	if o := got[0]; o.Enough != 20 || o.Learning != "off" || o.Steps[0] != (learnedStep{Step: "rights", Place: 2, Lower: 0.653, Helped: 18, NotHelped: 3}) {
		t.Errorf("got %+v", o)
	}
	s.refuses("nothing-like-this", "kb", "show", "nothing-like-this", "--order")
}
