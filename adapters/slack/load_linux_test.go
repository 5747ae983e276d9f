package slack

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
)

// A load is messages at a rate, from many users in many channels.
type load struct {
	name   string
	rate   int // messages per second
	pastes bool
}

// The loads of the long form. All but the last two are chatter, of which the bot
// writes nothing.
var loads = []load{
	{"chatter", 1000, false}, {"chatter", 2500, false}, {"chatter", 5000, false}, {"chatter", 10000, false},
	{"pastes", 500, true}, {"pastes", 2000, true},
}

const (
	loadChannels = 64
	loadTime     = 30 * time.Second
	recovered    = 100 * time.Millisecond // an acknowledgement within this time after the load
)

// chatter is what people write in a support channel and the bot ignores.
var chatter = []string{
	"good morning! anyone up for coffee before the change board meets?",
	"the ticket for the new tape library is still with purchasing, I will ask again tomorrow",
	"ok",
	"thanks, that was it. I owe you one :beers:",
	"we moved the maintenance window to Saturday 22:00, please tell the branch offices in Busan and Lyon and update the calendar",
	"오늘 점심은 어디로 갈까요?",
	"네, 확인했습니다. 내일 오전 회의에서 다시 이야기하시죠. 자료는 위키에 올려 두겠습니다",
	"does anybody have the phone number of the building manager? the door of the server room squeaks",
}

// TestLoad sends signed events to the real program in HTTP mode, and reports how
// fast it acknowledges them, what it writes, and how much memory and processor time
// it takes. In the long form it prints a line for each of loads:
//
//	go test ./adapters/slack -run TestLoad -long -v -timeout 30m
//
// The short form depends on no speed: nothing that was acknowledged is lost, and
// chatter leaves no trace.
func TestLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("processes take seconds")
	}
	if !*chattest.Long {
		runLoad(t, load{"chatter", 300, false}, time.Second)
		runLoad(t, load{"pastes", 100, true}, time.Second)
		return
	}
	for _, l := range loads {
		t.Run(fmt.Sprint(l.name, l.rate), func(t *testing.T) { t.Log(runLoad(t, l, loadTime)) })
	}
}

// runLoad runs one load on a new database.
func runLoad(t *testing.T, l load, lasts time.Duration) loadReport {
	s := newStageWithoutBot(t, slackfake.Options{})
	addr := chattest.FreeAddress(t)
	p := build(s, "MABSBOT_SLACK_MODE=http", "MABSBOT_SLACK_SIGNING_SECRET="+s.SigningSecret, "MABSBOT_HTTP_ADDR="+addr, "MABSBOT_LOG_LEVEL=error")
	p.Start()
	defer p.Kill()
	ctx, cancel := context.WithTimeout(t.Context(), chattest.Patience)
	defer cancel()
	for s.UseHTTP("http://"+addr+EventsPath) != nil {
		s.must(chat.Sleep(ctx, 20*time.Millisecond))
	}
	var channels []string
	for i := range loadChannels {
		channels = append(channels, s.AddChannel(slackfake.Channel{Name: fmt.Sprint("load-", i), Members: []string{s.alex.ID, s.kim.ID}}).ID)
	}
	users := []string{s.alex.ID, s.kim.ID}
	text := func(n int) string { return chatter[n%len(chatter)] }
	if l.pastes {
		text = chattest.AgentError
	}
	send := newSender(addr, s.SigningSecret, func(n int) []byte {
		return fmt.Appendf(nil, `{"token":"t","team_id":%q,"api_app_id":%q,"type":"event_callback","event_id":"Ev%08d","event_time":1700000000,`+
			`"authorizations":[{"team_id":%[1]q,"user_id":"U0FAKEBOT","is_bot":true}],"event":{"type":"message","channel":%[4]q,"channel_type":"channel",`+
			`"user":%q,"client_msg_id":"%08[3]d","ts":"1700000000.%06[3]d","event_ts":"1700000000.%06[3]d","text":%[6]q}}`,
			s.Team, s.AppID, n, channels[n%len(channels)], users[n%len(users)], text(n))
	})
	for n := range 200 { // fetches the profiles, and warms both processes
		send.one(n)
	}
	before := written(s)
	watch := watchProcess(p.PID())
	send.reset()
	send.run(200, l.rate, lasts)
	recovery := send.recover(200 + int(float64(l.rate)*lasts.Seconds()))
	report := loadReport{load: l, sent: send.sent(), recovery: recovery, watched: watch.stop(lasts)}
	if l.pastes {
		report.redelivered, report.lost = send.redeliver()
	}
	report.rows = written(s).minus(before)
	if report.lost > 0 {
		t.Errorf("%s: %d messages were never acknowledged", l.name, report.lost)
	}
	if want := 0; !l.pastes && report.rows.total() != want {
		t.Errorf("%s: %v was written", l.name, report.rows)
	}
	if l.pastes && report.rows["walkthroughs"] != send.acknowledged() {
		t.Errorf("%s: %d acknowledged, %v was written", l.name, send.acknowledged(), report.rows)
	}
	return report
}

// rows counts the rows of tables.
type rows map[string]int

// written counts the rows that the program has committed.
func written(s *stage) rows {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.path+"?mode=ro&_busy_timeout=5000")
	s.must(err)
	defer db.Close()
	all := rows{}
	for _, table := range []string{"events", "walkthroughs", "posts", "inbox", "preferences", "journal"} {
		var n int
		s.must(db.QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n))
		all[table] = n
	}
	return all
}

func (r rows) minus(o rows) rows {
	d := rows{}
	for table, n := range r {
		if n != o[table] {
			d[table] = n - o[table]
		}
	}
	return d
}

func (r rows) total() int {
	sum := 0
	for _, n := range r {
		sum += n
	}
	return sum
}

// A loadReport is a line of the table in README.md.
type loadReport struct {
	load
	sent
	watched
	recovery          time.Duration
	redelivered, lost int
	rows              rows
}

func (r loadReport) String() string {
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
	return fmt.Sprintf("%s %d/s: sent %d/s, acknowledged %d/s, p50 %s, p99 %s, max %s; refused %d/s, p99 %s; no answer %d; redelivered %d; "+
		"RSS max %d MB; bot %.0f%% of a core, sender %.0f%%; recovered after %v; written: %v",
		r.name, r.rate, r.perSecond(r.count), r.perSecond(r.acked.len()), ms(r.acked.quantile(0.5)), ms(r.acked.quantile(0.99)), ms(r.acked.quantile(1)),
		r.perSecond(r.refused.len()), ms(r.refused.quantile(0.99)), r.silent, r.redelivered,
		r.rss>>20, 100*r.cpu, 100*r.ownCPU, r.recovery.Round(time.Millisecond), r.rows)
}

// watched is what was seen of both processes during a load.
type watched struct {
	rss         int     // of the program, at most, in bytes
	cpu, ownCPU float64 // of the program and the sender, in cores
}

type processWatch struct {
	pid            int
	rss            atomic.Int64
	end, ended     chan struct{}
	began, ownTime time.Duration
}

// watchProcess begins to watch a process and this one.
func watchProcess(pid int) *processWatch {
	w := &processWatch{pid: pid, end: make(chan struct{}), ended: make(chan struct{}), began: cpuTime(fmt.Sprint(pid)), ownTime: cpuTime("self")}
	go func() {
		defer close(w.ended)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			w.rss.Store(max(w.rss.Load(), resident(pid)))
			select {
			case <-w.end:
				return
			case <-tick.C:
			}
		}
	}()
	return w
}

func (w *processWatch) stop(lasted time.Duration) watched {
	close(w.end)
	<-w.ended
	share := func(from time.Duration, who string) float64 {
		return (cpuTime(who) - from).Seconds() / lasted.Seconds()
	}
	return watched{int(w.rss.Load()), share(w.began, fmt.Sprint(w.pid)), share(w.ownTime, "self")}
}

// cpuTime returns the processor time of a process, from proc(5).
func cpuTime(pid string) time.Duration {
	data, _ := os.ReadFile("/proc/" + pid + "/stat")
	_, rest, _ := strings.Cut(string(data), ") ") // the name may contain spaces
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	var user, system int64
	fmt.Sscan(fields[11]+" "+fields[12], &user, &system)
	return time.Duration(user+system) * (time.Second / 100) // USER_HZ
}

// resident returns the resident memory of a process, in bytes.
func resident(pid int) int64 {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	var size, pages int64
	fmt.Sscan(string(data), &size, &pages)
	return pages * int64(os.Getpagesize())
}

// times is a histogram with buckets of 0.1 ms.
type times struct{ buckets [100_001]atomic.Int64 }

func (h *times) add(d time.Duration) {
	h.buckets[min(max(int(d/(100*time.Microsecond)), 0), len(h.buckets)-1)].Add(1)
}

func (h *times) len() (n int) {
	for i := range h.buckets {
		n += int(h.buckets[i].Load())
	}
	return n
}

func (h *times) quantile(q float64) time.Duration {
	rest := int(math.Ceil(q * float64(h.len())))
	for i := range h.buckets {
		if rest -= int(h.buckets[i].Load()); rest <= 0 {
			return time.Duration(i) * 100 * time.Microsecond
		}
	}
	return 0
}
