package slack

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
	"mabsbot/bot/store/postgrestest"
)

// smallDisk mounts a disk of some MB. It skips the test where that is not allowed: it
// takes root, and in a container CAP_SYS_ADMIN.
func smallDisk(t *testing.T, size string) (folder string) {
	t.Helper()
	folder, err := os.MkdirTemp("", "mabsbot-disk") // PostgreSQL, another user, cannot enter t.TempDir
	must(t, err)
	must(t, os.Chmod(folder, 0o755))
	t.Cleanup(func() { os.Remove(folder) })
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "mode=0777,size="+size, "mabsbot-test", folder).CombinedOutput(); err != nil {
		t.Skipf("no small disk: mounting one is not allowed here: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", folder).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return folder
}

// TestFullDisk fills the disk of the database while users paste: what cannot be
// recorded is not acknowledged, one alarm says what to do, and once there is room
// everything is answered once, without a restart.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("processes take seconds")
	}
	for name, place := range map[string]func(t *testing.T, s *stage) (disk string){
		"SQLite": func(t *testing.T, s *stage) string {
			disk := smallDisk(t, "16m") // the WAL alone grows to 4 MB
			s.path = filepath.Join(disk, "test.db")
			return disk
		},
		"PostgreSQL": func(t *testing.T, s *stage) string {
			disk := smallDisk(t, "40m") // 8 MB are the tables of PostgreSQL itself
			s.url = postgrestest.Start(t).DatabaseOn(t, filepath.Join(disk, "tablespace"))
			return disk
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "PostgreSQL" && !*chattest.Long {
				t.Skip("run with -long: the pages that PostgreSQL has reserved take a minute or more to fill")
			}
			s := newKillStage(t)
			disk := place(t, s)
			p := build(s)
			p.Log = new(chattest.Buffer)
			p.Start()
			t.Cleanup(func() {
				if t.Failed() {
					t.Log(p.Log.String())
				}
			})
			var pastes []slackfake.Message
			paste := func() {
				if len(pastes)%10 == 0 { // a channel takes a message a second
					s.channel = s.AddChannel(slackfake.Channel{Name: fmt.Sprint("support-", len(pastes)), Members: []string{s.alex.ID}})
				}
				pastes = append(pastes, s.load(s.channel.ID, 3*len(pastes)))
			}
			answered := func(m slackfake.Message) bool { return len(s.Thread(m)) == 2 }
			paste()
			s.until("the first paste is answered", func() bool { return answered(pastes[0]) })

			ballast := fill(t, disk)
			s.until("the disk is full", func() bool {
				if answered(pastes[len(pastes)-1]) {
					paste()
				}
				return strings.Contains(p.Log.String(), "make room")
			})
			for range 9 {
				paste()
			}
			must(t, os.Remove(ballast))
			s.until("all is answered", func() bool {
				for _, m := range pastes {
					if !answered(m) {
						return false
					}
				}
				return s.Settled()
			})
			for _, m := range pastes {
				if !answered(m) {
					t.Errorf("%d messages in the thread, want a paste and an answer", len(s.Thread(m)))
				}
			}
			if n := strings.Count(p.Log.String(), "make room"); n > 2 { // the alarm has an error, which says it, too
				t.Errorf("the log says %d times what to do", n)
			}
			if log := p.Log.String(); strings.Count(log, "level=ERROR msg=\"store: the disk") != 1 || strings.Count(log, "has room again") != 1 {
				t.Errorf("want one alarm and one end of it:\n%s", log)
			}
			p.Stop() // the process of the start
		})
	}
}

// fill leaves some kB of a disk.
func fill(t *testing.T, disk string) (ballast string) {
	t.Helper()
	ballast = filepath.Join(disk, "ballast")
	f, err := os.Create(ballast)
	must(t, err)
	defer f.Close()
	block := make([]byte, 16<<10)
	for err == nil {
		_, err = f.Write(block)
	}
	info, err := f.Stat()
	must(t, err)
	must(t, f.Truncate(max(0, info.Size()-64<<10)))
	return ballast
}
