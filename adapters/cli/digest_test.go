package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/store"
)

// TestDigest prints the digest of a database while another process uses it.
func TestDigest(t *testing.T) {
	dir := t.TempDir()
	s := shell{t, filepath.Join(dir, "test.db")}
	file := filepath.Join(dir, "mabsbot.yaml")
	if err := os.WriteFile(file, []byte("language: ko\nbot: {digest: {channels: [slack:C1, discord:2], day: friday, zone: Asia/Seoul}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.refuses("bot.digest.channels is empty", "digest")
	s.refuses("invalid argument", "digest", "teams")
	s.refuses("there is no database", "digest", "slack")
	db, err := store.OpenKeyFile(t.Context(), s.path+".key", s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	turn := bot.Turn{Event: "e", Counts: []bot.Count{{Adapter: "slack", Kind: bot.CountQuestion, Detail: bot.ResultSure}}}
	if err := db.Apply(t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	s.want("질문이 없었습니다", "digest", "--config", file) // today does not count
	s.want("slack:C1 on Friday, ", "digest", "--config", file)
	s.want("09:00 KST", "digest", "--config", file)
	s.want("It is not posted", "digest", "console", "--config", file)
	out, err := s.run("", "digest", "--json", "--config", file)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Next    time.Time
		Digests []bot.Digest
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Digests) != 2 || got.Digests[1].Channel != "C1" || got.Next.Weekday() != time.Friday {
		t.Errorf("got %+v", got)
	}
	if posts, err := db.Claim(t.Context(), "slack", 9, 9, time.Minute); err != nil || len(posts) > 0 {
		t.Errorf("posted %v, %v", posts, err)
	}
}
