//go:build unix

package discord

import (
	"encoding/base64"
	"strings"
	"syscall"
	"testing"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordfake"
	"mabsbot/bot/store"
	"mabsbot/bot/store/postgrestest"
)

// TestLeaderKilled stops the leading process between an event that Discord sends and
// its record. Its successor resumes from the last event that was handled. Then the
// leader is killed, or goes on and notices that it leads no more.
func TestLeaderKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("processes take seconds")
	}
	server := postgrestest.Start(t)
	for name, then := range map[string]syscall.Signal{"killed": syscall.SIGKILL, "paused": syscall.SIGCONT} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, discordfake.Options{})
			a, b := twoReplicas(s, server.Database(t))
			a.Start()
			s.connected()
			all := []discordfake.Message{s.load(s.channel.ID, 0)}
			s.until("the leader answers", func() bool { return s.answers(all[0]) == 1 })
			b.Start()
			s.until("the standby is ready", func() bool { return len(s.Calls(discordfake.GetCurrentUser)) == 2 })
			if now, ever := s.connections(); now != 1 || ever != 1 {
				t.Errorf("%d connections, %d ever", now, ever)
			}
			pause(t, a)
			all = append(all, s.load(s.channel.ID, 1))
			if then == syscall.SIGKILL {
				a.Kill()
			}
			s.until("the successor answers", func() bool { return s.answers(all[1]) > 0 })
			if then == syscall.SIGCONT {
				s.must(syscall.Kill(a.PID(), syscall.SIGCONT))
				all = append(all, s.load(s.channel.ID, 2))
				s.until("the successor answers", func() bool { return s.answers(all[2]) > 0 })
				b.Stop()
				all = append(all, s.load(s.channel.ID, 3))
				s.until("the first one leads again", func() bool { return s.answers(all[3]) > 0 })
				a.Stop()
			} else {
				b.Stop()
			}
			for i, m := range all {
				if n := s.answers(m); n != 1 {
					t.Errorf("message %d is answered %d times", i, n)
				}
			}
			if n := s.Identifies(); n != 1 {
				t.Errorf("%d sessions, want 1", n)
			}
		})
	}
}

// twoReplicas returns two programs with one database of PostgreSQL.
func twoReplicas(s *stage, url string) (a, b *chattest.Program) {
	s.t.Helper()
	replica := func() *chattest.Program {
		return chattest.Build(s.t,
			"MABSBOT_DISCORD_API_URL="+s.APIURL(), "MABSBOT_DISCORD_CDN_URL="+s.CDNURL(), "MABSBOT_DISCORD_TOKEN="+s.Token,
			"MABSBOT_STORE_URL="+url, "MABSBOT_STORE_KEY="+base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", store.KeySize))),
			"MABSBOT_CONSOLE_ENABLED=false", "MABSBOT_BOT_REPEAT_WINDOW=0s")
	}
	return replica(), replica()
}

// pause stops a process, and returns once it does nothing more.
func pause(t *testing.T, p *chattest.Program) {
	t.Helper()
	var status syscall.WaitStatus
	err := syscall.Kill(p.PID(), syscall.SIGSTOP)
	for err == nil && !status.Stopped() {
		_, err = syscall.Wait4(p.PID(), &status, syscall.WUNTRACED, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
}
