package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
	"mabsbot/bot"
	"mabsbot/bot/store"
)

// TestOverload delivers more events over HTTP than there is room for, while
// handling hangs: the others are refused at once, and nothing acknowledged is lost.
func TestOverload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const secret, messages = "secret", 2000
		s, err := New(Options{BotToken: func() string { return "xoxb-test" }, SigningSecret: func() string { return secret }, Inbox: store.NewMemory().Inbox("slack")})
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		handled, release := map[bot.EventID]int{}, make(chan bool)
		s.self, s.handle = self, func(_ context.Context, e bot.Event) error {
			<-release
			mu.Lock()
			defer mu.Unlock()
			handled[e.About().ID]++
			return nil
		}
		send := func(kind, body string) int {
			w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, EventsPath, strings.NewReader(body))
			r.Header.Set("Content-Type", kind)
			r.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(time.Now().Unix(), 10))
			r.Header.Set("X-Slack-Signature", slackfake.Sign(secret, time.Now(), []byte(body)))
			s.serve(t.Context(), w, r)
			return w.Code
		}
		message := func(n int) string {
			return string(event(fmt.Appendf(nil, `{"type":"message","channel":"C1","user":"U1","ts":"1.%06d","text":"hi"}`, n)).Payload)
		}
		var refused []int
		acked := 0
		deliver := func(n int) {
			code := send("application/json", message(n))
			mu.Lock()
			defer mu.Unlock()
			if code == http.StatusOK {
				acked++
			} else {
				refused = append(refused, n)
			}
		}
		began := time.Now()
		for n := range messages {
			go deliver(n)
		}
		pressed := make(chan int, 1)
		synctest.Wait()
		go func() {
			pressed <- send("application/x-www-form-urlencoded", url.Values{"command": {"/mabs"}, "text": {"3106"}, "channel_id": {"C1"}, "user_id": {"U2"}, "team_id": {"T1"}, "trigger_id": {"1"}}.Encode())
		}()
		synctest.Wait()
		if took := time.Since(began); took > 0 || acked > 0 || len(refused) < messages/2 {
			t.Errorf("%d acknowledged, %d refused within %v", acked, len(refused), took)
		}
		close(release)
		synctest.Wait()
		if code := <-pressed; code != http.StatusOK {
			t.Errorf("a command, which Slack does not redeliver: %d", code)
		}
		for again := refused; len(again) > 0; again = refused { // Slack redelivers
			refused = nil
			for _, n := range again {
				deliver(n)
			}
		}
		if acked != messages || len(handled) != messages+1 {
			t.Errorf("%d acknowledged, %d handled, want all", acked, len(handled))
		}
	})
}

// TestOverloadSocket sends an event while too much is waiting: it is acknowledged
// as soon as there is room, or not at all if that is too late for Slack.
func TestOverloadSocket(t *testing.T) {
	t.Parallel()
	for name, full := range map[string]time.Duration{"held": 200 * time.Millisecond, "redelivered": lastAck + 500*time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			retries := make([]time.Duration, 100)
			for i := range retries {
				retries[i] = 100 * time.Millisecond
			}
			s := newStage(t, slackfake.Options{RetryDelays: retries})
			release := make(chan bool)
			for !s.slack.intake.Quick.Full() {
				s.slack.intake.Quick.Do("busy", func() { <-release })
			}
			m := s.alex.Say(s.channel.ID, chattest.Coordinator)
			time.Sleep(full)
			if acks := s.AckTimes(); len(s.Thread(m)) > 1 || len(acks) > 0 {
				t.Errorf("acknowledged without room: %v", acks)
			}
			close(release)
			s.until("it is answered", func() bool { return len(s.Thread(m)) == 2 })
			s.quiet()
			if n := len(s.Thread(m)); n != 2 {
				t.Errorf("answered %d times", n-1)
			}
		})
	}
}

// TestLate does not handle an event that waited longer than Slack, which
// redelivers it meanwhile.
func TestLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Options{BotToken: func() string { return "xoxb-test" }, Inbox: store.NewMemory().Inbox("slack")})
		if err != nil {
			t.Fatal(err)
		}
		s.self, s.handle = self, func(context.Context, bot.Event) error { t.Error("handled"); return nil }
		e := event([]byte(`{"type":"message","channel":"C1","user":"U1","ts":"1.1","text":"hi"}`))
		read, err := s.read(e)
		if err != nil {
			t.Fatal(err)
		}
		s.intake.Quick.Do(chat.LaneOf(read.(inbound).event), func() { time.Sleep(lastAck + 1) })
		s.receive(t.Context(), e, bytes.Clone(e.Payload), func(_ any, err error) {
			if !errors.Is(err, chat.ErrBusy) {
				t.Errorf("got %v, want ErrBusy", err)
			}
		})
		s.intake.Wait()
	})
}

// TestLaterRoom records no more events than there is room for.
func TestLaterRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		inbox := store.NewMemory().Inbox("slack")
		run := startIntake(t, ctx, inbox, func(context.Context, bot.Event) error { return nil }, func(ctx context.Context) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		})
		acked, refused := 0, 0
		for n := range 1000 {
			run.Deliver(chattest.Incoming{N: n, Channel: "A", Text: "hi", File: true}, func(err error) {
				if err == nil {
					acked++
				} else {
					refused++
				}
			})
			synctest.Wait()
		}
		end()
		run.Wait()
		kept := 0
		if err := inbox.Replay(t.Context(), func(string, []byte) error { kept++; return nil }); err != nil {
			t.Fatal(err)
		}
		if acked+refused != 1000 || refused < 500 || kept != acked {
			t.Errorf("%d acknowledged, of which %d are kept, and %d refused", acked, kept, refused)
		}
	})
}
