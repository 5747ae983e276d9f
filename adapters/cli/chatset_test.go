package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
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
	if err := os.WriteFile(file, []byte("slack: {escalation_channel: C8}\nbot: {channels: [{id: C1, mode: shadow, unanswered: true}], maintenance: [{errors: ['319'], from: 2026-12-01 22:00, to: 2126-12-02 04:00}]}\n"), 0o600); err != nil {
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
	set := &bot.SettingsChange{Place: bot.Place{Adapter: "slack", Workspace: "T1", Channel: "C1"}, By: bot.User{ID: "U7", Name: "alex"}, After: bot.Settings{Mode: bot.ModeOn, Bots: []string{}, Unanswered: bot.RecordOff,
		Mutes: []bot.Mute{{Error: "100050", From: 1796162400, To: 1796184000}}}}
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
	s.want("slack:C1  mutes 100050 2026-12-01T22:00:00Z/2026-12-02T04:00:00Z (file: 319 2026-12-01T22:00:00Z/2126-12-02T04:00:00Z), by U7 on ", "config", "check", "--config", file)
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
	if len(got.Set) != 6 || got.File != file {
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

// TestMaintenanceNamed checks that config check and match know the planned maintenance.
func TestMaintenanceNamed(t *testing.T) {
	dir := t.TempDir()
	s := shell{t, filepath.Join(dir, "test.db")}
	file := filepath.Join(dir, "mabsbot.yaml")
	write := func(errors, from string) {
		t.Helper()
		text := fmt.Sprintf("bot: {maintenance: [{errors: [%s], from: %s, to: 2126-12-02 04:00, channels: [C1]}]}\n", errors, from)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("'319', '4711999', no-entry", "2026-01-01 22:00")
	_, err := s.run("", "config", "check", "--config", file)
	for _, want := range []string{`bot.maintenance.0.errors: no entry has the ID or code "4711999"`, `no entry has the ID or code "no-entry"`} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), `"319"`) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	write("'319'", "2026-01-01 22:00")
	const muted = "muted in the channels C1 from 2026-01-01 22:00 UTC to 2126-12-02 04:00 UTC: maintenance is planned"
	for text, want := range map[string]bool{
		"the DPM Agent Coordinator service cannot be reached (ID 319)": true, "lunch?": false, "Replica is inconsistent (ID: 3106)": false,
	} {
		for _, stdin := range []bool{false, true} {
			c := root()
			var out bytes.Buffer
			c.SetArgs([]string{"match", "--config", file, text})
			if stdin {
				c.SetArgs([]string{"match", "--config", file, "-"})
			}
			c.SetIn(strings.NewReader(text))
			c.SetOut(&out)
			if err := c.ExecuteContext(t.Context()); err != nil || strings.Contains(out.String(), muted) != want {
				t.Errorf("%s: %v\n%s", text, err, out.String())
			}
		}
	}
}
