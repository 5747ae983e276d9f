package bot_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/redact"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

const secretPaste = "psexec \\\\fs11 -u corp\\svc -p winter cmd"

// TestWarning checks who is warned of a secret, and where.
func TestWarning(t *testing.T) {
	base, locales := testBase(t), testLocales(t)
	discord := bot.Capabilities{DirectMessages: true, Private: true, Edits: true}
	for _, tt := range []struct {
		name string
		can  bot.Capabilities
		mode bot.Mode
		with func(*bot.Message)
		want string // channel, root and whether it is private; "" if there is no warning
	}{
		{"in a channel", everything, bot.ModeOn, nil, "c//private"},
		{"without ephemeral messages", discord, bot.ModeOn, nil, "dm:U1/new-m1-secret/opens"},
		{"without anything private", bot.Capabilities{}, bot.ModeOn, nil, ""},
		{"in a thread", everything, bot.ModeOn, func(m *bot.Message) { m.InThread = true }, "c/m1/private"},
		{"in a direct message", discord, bot.ModeOn, func(m *bot.Message) { m.Direct, m.Thread.Root = true, "" }, "c/"},
		{"in a command", discord, bot.ModeOn, func(m *bot.Message) { m.Command, m.Thread.Root = true, bot.CommandRoot+"1" }, "c/cmd-1/private"},
		{"by an edit", everything, bot.ModeOn, func(m *bot.Message) { m.Change, m.Original = bot.ChangeEdited, "m0" }, "c//private"},
		{"mode off", everything, bot.ModeOff, nil, ""},
		{"mode mention", everything, bot.ModeMention, nil, ""},
		{"mode mention, addressed", everything, bot.ModeMention, func(m *bot.Message) { m.Addressed = true }, "c//private"},
		{"mode shadow", everything, bot.ModeShadow, nil, "c//private/shadow"},
		{"by a bot", everything, bot.ModeOn, func(m *bot.Message) { m.From.Bot = true }, ""},
		{"deleted", everything, bot.ModeOn, func(m *bot.Message) { m.Change, m.Original = bot.ChangeDeleted, "m0" }, ""},
	} {
		m := message("m1", "the rest is no secret")
		m.Secrets = []string{"password"}
		if tt.with != nil {
			tt.with(&m)
		}
		policy := bot.DefaultPolicy()
		policy.Channels = map[string]bot.ChannelPolicy{"c": {Mode: tt.mode, Bots: []string{alex.ID}}}
		var got []string
		for _, p := range bot.Decide(bot.Rules{Base: base, Locales: locales, Policy: policy, Can: tt.can}, bot.State{}, m, kb.Result{}).Posts {
			if strings.Contains(bottest.Text(p.Reply), "There is a secret in your message: password.") {
				got = append(got, where(p))
			}
		}
		if shown := strings.Join(got, " "); shown != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, shown, tt.want)
		}
	}
}

// where describes the destination of a post.
func where(p bot.Post) string {
	parts := []string{p.Thread.Channel, p.Thread.Root}
	if p.Private {
		parts = append(parts, "private")
	}
	if p.Opens {
		parts = append(parts, "opens")
	}
	if p.Shadow {
		parts = append(parts, "shadow")
	}
	return strings.Join(parts, "/")
}

// TestOneWarning checks that a message gets one warning however often it is
// edited, and that who pastes the same kind again and again gets one a minute.
func TestOneWarning(t *testing.T) {
	f := run(t)
	if got := f.handle(t, message("m1", secretPaste)); len(got) != 1 {
		t.Fatalf("%d posts, want a warning", len(got))
	}
	edit := message("m1/edit", secretPaste+" again")
	edit.Change, edit.Original = bot.ChangeEdited, "m1"
	if got := f.handle(t, edit); len(got) != 0 {
		t.Errorf("an edit leads to %d posts", len(got))
	}
	for _, id := range []string{"m2", "m3"} {
		if got := f.handle(t, message(id, secretPaste)); len(got) != 0 {
			t.Errorf("%s leads to %d posts", id, len(got))
		}
	}
	if got := f.handle(t, message("m4", "security PIN: 123456")); len(got) != 1 {
		t.Errorf("another kind leads to %d posts, want a warning", len(got))
	}
}

// TestWarningLanguage checks the warning in Korean.
func TestWarningLanguage(t *testing.T) {
	got := run(t).handle(t, message("m1", "계정 비밀번호: Winter2026! 입니다"))
	if len(got) != 1 || !strings.Contains(bottest.Text(got[0].Reply), "메시지에 비밀 정보가 있습니다: 암호.") {
		t.Errorf("got %v", got)
	}
}

// TestEntriesAreNoSecrets checks that no text of the built-in entries, which
// people paste back, counts as a secret.
func TestEntriesAreNoSecrets(t *testing.T) {
	err := fs.WalkDir(kb.Builtin(), ".", func(path string, f fs.DirEntry, err error) error {
		if err != nil || f.IsDir() {
			return err
		}
		data, err := fs.ReadFile(kb.Builtin(), path)
		if err != nil {
			return err
		}
		for _, s := range redact.Find(string(data)) {
			t.Errorf("%s: %q is taken for a secret of the kind %s", path, data[s.Start:s.End], s.Kind)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// secretKey is not in the source as it looks, so that no scanner finds it.
var secretKey = strings.Repeat("q1W2e3R4t5Y6", 8)[:86] + "=="

// pasted are texts with a secret.
var pasted = []struct{ text, secret string }{
	{"AccountKey=" + secretKey, secretKey},
	{"https://x.blob.core.windows.net/c?sp=r&sig=" + secretKey[:43], secretKey[:43]},
	{"password=Winter2026x", "Winter2026x"},
	{"passphrase: Correct-Horse-7-Battery", "Correct-Horse-7-Battery"},
	{"Authorization: Bearer " + secretKey[:30], secretKey[:30]},
	{"http://svc:Winter2026x@proxy:8080", "Winter2026x"},
	{"-----BEGIN PRIVATE KEY-----\n" + secretKey + "\n-----END PRIVATE KEY-----", secretKey},
	{"암호는 Winter2026x", "Winter2026x"},
}

// A keeper is a store with its outbox.
type keeper interface {
	bot.Store
	bot.Outbox
}

// pasteSecret handles a paste with a secret and a reply that repeats it, and
// checks that the secret gets neither into a post, nor into the log, nor into the
// state.
func pasteSecret(t *testing.T, b func(*slog.Logger) *bot.Bot, db keeper, before, secret, value, after string, mentioned bool) {
	t.Helper()
	var log bytes.Buffer
	handle := b(slog.New(slog.NewTextHandler(redact.Writer(&log), &slog.HandlerOptions{Level: slog.LevelDebug}))).Handler(bottest.NewRecorder("test", everything))
	first := message("m1", before+"\n"+secret+"\n"+after)
	first.Addressed = mentioned
	reply := message("m2", "get a person, "+secret+" is right")
	reply.Thread, reply.InThread = first.Thread, true
	for _, m := range []bot.Message{first, reply} {
		if err := handle(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	posts, err := db.Claim(t.Context(), "test", 100, 100, time.Minute)
	if err != nil || len(posts) == 0 {
		t.Fatalf("%d posts, error %v; want a warning at least", len(posts), err)
	}
	for _, p := range posts {
		if text := bottest.Text(p.Reply); strings.Contains(text, value) {
			t.Errorf("posted: %s", text)
		}
	}
	w, _, err := db.Load(t.Context(), first.Thread, bot.UserKey{})
	if err != nil {
		t.Fatal(err)
	}
	if kept := fmt.Sprint(w); strings.Contains(kept, value) {
		t.Errorf("kept: %s", kept)
	}
	if strings.Contains(log.String(), value) {
		t.Errorf("logged: %s", log.String())
	}
}

// FuzzSecrets pastes secrets in the middle of any text.
func FuzzSecrets(f *testing.F) {
	for n := range pasted {
		f.Add(uint8(n), lostPaste, "it is an iSCSI one", false)
		f.Add(uint8(n), "The backup disk zeta was lost on", "(ID: 90001)", true)
	}
	base, locales := testBase(f), testLocales(f)
	f.Fuzz(func(t *testing.T, n uint8, before, after string, mentioned bool) {
		p := pasted[int(n)%len(pasted)]
		db := store.NewMemory()
		pasteSecret(t, func(log *slog.Logger) *bot.Bot {
			return bot.New(func() *kb.Base { return base }, locales, bot.DefaultPolicy(), db, db, log)
		}, db, before, p.text, p.secret, after, mentioned)
	})
}

// TestSecretsInDatabase pastes secrets, and checks that the file of the database,
// where ids and the like are in clear, does not have them.
func TestSecretsInDatabase(t *testing.T) {
	base, locales := testBase(t), testLocales(t)
	for _, p := range pasted {
		path := filepath.Join(t.TempDir(), "test.db")
		db, err := store.Open(t.Context(), path, bytes.Repeat([]byte("k"), store.KeySize))
		if err != nil {
			t.Fatal(err)
		}
		pasteSecret(t, func(log *slog.Logger) *bot.Bot {
			return bot.New(func() *kb.Base { return base }, locales, bot.DefaultPolicy(), db, db, log)
		}, db, lostPaste, p.text, p.secret, "it is an iSCSI one", false)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(path); err != nil || bytes.Contains(data, []byte(p.secret)) {
			t.Errorf("%s is in the database in clear, or there is none: %v", p.text, err)
		}
	}
}
