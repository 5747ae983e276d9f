package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mabsbot/bot"
	"mabsbot/bot/store"
)

// TestChatSettings checks that config check shows what the file says and what was set by
// chat, while another process uses the database.
func TestChatSettings(t *testing.T) {
	dir := t.TempDir()
	s := shell{t, filepath.Join(dir, "test.db")}
	file := filepath.Join(dir, "mabsbot.yaml")
	if err := os.WriteFile(file, []byte("slack: {escalation_channel: C8}\nbot: {channels: [{id: C1, mode: shadow, unanswered: true}]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.want("there is no database yet", "config", "check", "--config", file)
	if _, err := os.Stat(s.path); err == nil {
		t.Fatal("config check made a database")
	}
	db, err := store.OpenKeyFile(t.Context(), s.path+".key", s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	s.want("nothing is set by chat", "config", "check", "--config", file)
	set := &bot.SettingsChange{Place: bot.Place{Adapter: "slack", Workspace: "T1", Channel: "C1"}, By: bot.User{ID: "U7", Name: "alex"}, After: bot.Settings{Mode: bot.ModeOn, Bots: []string{}, Unanswered: bot.RecordOff}}
	team := &bot.SettingsChange{Place: bot.Place{Adapter: "slack", Workspace: "T1"}, By: bot.User{ID: "U8"}, After: bot.Settings{Escalation: "C9"}, Version: 1}
	discord := &bot.SettingsChange{Place: bot.Place{Adapter: "discord"}, By: bot.User{ID: "1"}, After: bot.Settings{Escalation: bot.EscalationOff}, Version: 2}
	for i, c := range []*bot.SettingsChange{set, team, discord} {
		if err := db.Apply(t.Context(), bot.Turn{Event: bot.EventID(strconv.Itoa(i)), Set: c}); err != nil {
			t.Fatal(err)
		}
	}
	s.want("slack:C1  mode on (file: shadow), by U7 on ", "config", "check", "--config", file)
	s.want("slack:C1  bots none (file: none), by U7 on ", "config", "check", "--config", file)
	s.want("slack:C1  unanswered false (file: true), by U7 on ", "config", "check", "--config", file)
	s.want("slack, workspace T1  escalation_channel C9 (file: C8), by U8 on ", "config", "check", "--config", file)
	s.want("discord  escalation_channel off (file: none), by 1 on ", "config", "check", "--config", file)
	out, err := s.run("", "config", "check", "--json", "--config", file)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		File string        `json:"file"`
		Set  []chatSetting `json:"set_by_chat"`
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Set) != 5 || got.File != file {
		t.Fatalf("got %+v", got)
	}
	if mode := got.Set[2]; mode.Value != "on" || mode.File != "shadow" || mode.By != "U7" || mode.At == nil {
		t.Errorf("got %+v", got)
	}
	if err := os.WriteFile(s.path+".key", []byte(strings.Repeat("k", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	s.want("what is set by chat is not known: ", "config", "check", "--config", file)
}
