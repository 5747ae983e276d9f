package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/bot"
)

// TestStoredRecords checks that the journal still has the record format of commit
// 3c1bd8e: decoding and encoding a record does not change it.
func TestStoredRecords(t *testing.T) {
	core := chattest.NewCore(t, chattest.Stored(t, "../.."), bot.DefaultPolicy())
	defer core.DB.Close()
	n := 0
	err := core.DB.Journal("console").Replay(t.Context(), func(data []byte) error {
		var r record
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&r); err != nil {
			t.Errorf("%v: %s", err, data)
			return nil
		}
		again, err := json.Marshal(r)
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("recorded as\n%s\nread as\n%s (%v)", data, again, err)
		}
		n++
		return nil
	})
	if err != nil || n != 113 {
		t.Errorf("%d records, want 113: %v", n, err)
	}
}

// TestStored starts on a database of commit 3c1bd8e: the console replays its
// journal, waiting posts appear once and in order, messages that the bot had not
// taken are answered once, and an old button still leads to the end of its
// walkthrough.
func TestStored(t *testing.T) {
	t.Parallel()
	path := chattest.Stored(t, "../..")
	s := openStored(t, path)
	if got := s.written(s.before); got != storedAnswers {
		t.Errorf("the bot writes\n%s\nwant\n%s", got, storedAnswers)
	}
	s.end(t)

	// A second start finds nothing left to do.
	s = openStored(t, path)
	defer s.end(t)
	if again := s.written(s.before); again != "" {
		t.Errorf("once more after a restart:\n%s", again)
	}
	// The last step of a sequence. minji has chosen English meanwhile, which is
	// stored, too.
	page := s.get(t, "/?as=minji&thread=m4zbkmlgitnju")
	if !strings.Contains(page, "2단계 / 2") || strings.Contains(page, "Good to hear") {
		t.Errorf("the thread shows\n%s", page)
	}
	before := s.ws.seq
	s.press(t, "minji", "0df20692c1c3ee257d350bfa", "m1|f|cbp-replica-metadata|81c0|retry-online|")
	s.quiet(t)
	if got := s.written(before); !strings.Contains(got, "Good to hear") {
		t.Errorf("after the button the bot writes\n%s", got)
	}
	thread := bot.Thread{Adapter: "console", Workspace: s.ws.name, Channel: SupportChannel, Root: "m4zbkmlgitnju"}
	if w, _, err := s.DB.Load(t.Context(), thread, bot.UserKey{}); err != nil || w.Status != "solved" {
		t.Errorf("the walkthrough is %q: %v", w.Status, err)
	}
}

// storedAnswers is what the bot writes after it has started on the database.
const storedAnswers = `backup-support m4a7yg2cpbi7j: The metadata on the replica is invalid (100134)
backup-support m4a7yg2cpbi7j: Retry the online backup
backup-support m7zbqfrdbslt3: 복제본의 메타데이터가 잘못됨 (100134) — 해결된 것으로 표시되어 있습니다. 지금도 괜찮은가요?
backup-support mbvhvqbcqernm: The disk-backup replica could not be cloned (100193)
backup-support minji: I recognise errors of Microsoft Azure Backup Server (MABS), DPM and the MARS agent, and walk you through the remedy.
backup-support mnlsl2p3qyzbg: Step 2 of 2 · Take the PIN from the right vault
backup-support mnlsl2p3qyzbg: That was everything I know for this error. If it is still there, it is time for a person. The basic checks often tell more.
backup-support mp73hwig2g2wf: The security PIN is not accepted (100130)
backup-support mqa5hnm3p2e32: deleted
backup-support mqxgdxn2syrlf: I do not recognise this error. I'd rather say so than guess.
backup-support mqxgdxn2syrlf: I asked for a person. They got this summary:
backup-support msmqp62lilgab: I do not recognise this error. I'd rather say so than guess.
escalations: Alex Carter needs a person · an error that I do not recognise
`

// A storedConsole is a console and a core on a database.
type storedConsole struct {
	*Console
	*chattest.Core
	before int // seq of the workspace when it started
}

// openStored starts the console and waits until nothing is left to do.
func openStored(t *testing.T, path string) *storedConsole {
	t.Helper()
	policy := bot.DefaultPolicy()
	policy.RepeatWindow = 0
	policy.EscalationChannels = map[string]string{"console": EscalationChannel}
	s := &storedConsole{Core: chattest.NewCore(t, path, policy)}
	var err error
	s.Console, err = New(t.Context(), Options{Addr: "127.0.0.1:0", Journal: s.DB.Journal("console"), Library: s.Bot, Operations: s.Bot, Log: s.Log})
	if err == nil {
		err = s.Listen()
	}
	if err != nil {
		t.Fatal(err)
	}
	s.before = s.ws.seq
	s.Core.Run(s.Console)
	s.quiet(t)
	return s
}

func (s *storedConsole) end(t *testing.T) {
	if err := s.End(); err != nil {
		t.Error(err)
	}
}

// quiet waits until the bot runs, it has taken all messages, and nothing waits to be
// posted.
func (s *storedConsole) quiet(t *testing.T) {
	t.Helper()
	for {
		s.mu.RLock()
		done := s.handle != nil && len(s.ws.waiting()) == 0
		s.mu.RUnlock()
		if done {
			break
		}
		select {
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-time.After(time.Millisecond):
		}
	}
	if err := s.Bot.Drain(t.Context(), "console"); err != nil {
		t.Fatal(err)
	}
}

// written lists what the bot posted, changed and deleted since the workspace was
// at seq, in order within each thread.
func (s *storedConsole) written(seq int) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var lines []string
	for _, m := range s.ws.messages {
		if m.User != "" || m.changed <= seq {
			continue
		}
		line := strings.Join(strings.Fields(m.Channel+" "+m.Root+" "+m.Only), " ") + ":"
		if m.Gone {
			line += " deleted"
		}
		if len(m.Reply.Blocks) > 0 {
			line += " " + m.Reply.Blocks[0].Text
		}
		lines = append(lines, line)
	}
	slices.SortStableFunc(lines, func(a, b string) int {
		x, _, _ := strings.Cut(a, ":")
		y, _, _ := strings.Cut(b, ":")
		return strings.Compare(x, y)
	})
	return strings.Join(append(lines, ""), "\n")
}

func (s *storedConsole) get(t *testing.T, path string) string {
	t.Helper()
	r, err := http.Get("http://" + s.Addr() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", path, r.StatusCode, err)
	}
	return string(body)
}

// press uses a button of a post as the page does.
func (s *storedConsole) press(t *testing.T, who, post, button string) {
	t.Helper()
	body := fmt.Sprintf(`{"post":%q,"button":%q}`, post, button)
	r, err := http.Post("http://"+s.Addr()+"/press?as="+who, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		t.Fatalf("press: %d", r.StatusCode)
	}
}
