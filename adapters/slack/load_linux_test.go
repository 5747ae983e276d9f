package slack

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
	"mabsbot/bot/store/postgrestest"
)

// A load is messages at a rate.
type load struct {
	name   string
	rate   int // messages per second
	pastes bool
}

// The loads of the long form. The bot writes nothing of chatter.
var loads = []load{
	{"chatter", 1000, false}, {"chatter", 2500, false}, {"chatter", 5000, false}, {"chatter", 10000, false},
	{"pastes", 500, true}, {"pastes", 2000, true},
}

const (
	loadChannels = 64
	chatterUsers = 9973 // a prime, so that each writes in all channels
	pasteUsers   = 199  // a bot with more would fetch a profile for most of the pastes
	loadWarmUp   = 200  // messages: they fetch the profiles, and warm both processes
	recovered    = 20 * time.Millisecond
)

var loadTime = flag.Duration("load", 30*time.Second, "how long each load of the long form of TestLoad lasts")

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
// it and the sender take. In the long form it prints a line for each of loads:
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
		runLoad(t, "", load{"chatter", 300, false}, time.Second)
		runLoad(t, "", load{"pastes", 100, true}, time.Second)
		return
	}
	t.Run("SQLite", func(t *testing.T) { runLoads(t, func(*testing.T) string { return "" }) })
	t.Run("PostgreSQL", func(t *testing.T) {
		server := postgrestest.StartDurable(t)
		runLoads(t, func(t *testing.T) string { return server.NewDatabase(t) })
	})
}

// runLoads runs the loads of the long form. url returns the URL of a new database of
// PostgreSQL, or "" for SQLite.
func runLoads(t *testing.T, url func(*testing.T) string) {
	for _, l := range loads {
		t.Run(fmt.Sprint(l.name, l.rate), func(t *testing.T) { t.Log(runLoad(t, url(t), l, *loadTime)) })
	}
}

// runLoad runs one load on a new database.
func runLoad(t *testing.T, url string, l load, lasts time.Duration) loadReport {
	s := newStageWithoutBot(t, slackfake.Options{})
	s.url = url
	addr := chattest.FreeAddress(t)
	p := build(s, "MABSBOT_SLACK_MODE=http", "MABSBOT_SLACK_SIGNING_SECRET="+s.SigningSecret, "MABSBOT_HTTP_ADDR="+addr,
		"MABSBOT_LOG_LEVEL=error", "MABSBOT_SLACK_API_URL="+quickAPI(s))
	p.Start()
	defer p.Kill()
	ctx, cancel := context.WithTimeout(t.Context(), chattest.Patience)
	defer cancel()
	for s.UseHTTP("http://"+addr+EventsPath) != nil {
		s.must(chat.Sleep(ctx, 20*time.Millisecond))
	}
	send := newSender(addr, s.SigningSecret, payloads(s, l))
	defer send.close()
	for n := range loadWarmUp {
		send.one(n)
	}
	before := written(s)
	watch := watchProcess(p.PID())
	send.run(loadWarmUp, l.rate, lasts)
	seen := watch.stop()
	recovery := send.recover(loadWarmUp+send.results.count, recovered)
	report := loadReport{load: l, sent: *send.results, recovery: recovery, watched: seen}
	if l.pastes {
		report.redelivered, report.lost = send.redeliver()
	}
	report.rows = written(s)
	if report.lost > 0 {
		t.Errorf("%s: %d messages were never acknowledged", l.name, report.lost)
	}
	if wrote := report.rows.minus(before); !l.pastes && len(wrote) > 0 {
		t.Errorf("%s: %v was written", l.name, wrote)
	}
	if l.pastes && report.rows["walkthroughs"] != send.acked {
		t.Errorf("%s: %d acknowledged, %v was written", l.name, send.acked, report.rows)
	}
	return report
}

// payloads returns the body of the n-th event of a load: a message as Slack's
// client writes it, whose text comes twice.
func payloads(s *stage, l load) func(n int) []byte {
	var channels []string
	for i := range loadChannels {
		channels = append(channels, s.AddChannel(slackfake.Channel{Name: fmt.Sprint("load-", i), Members: []string{s.alex.ID, s.kim.ID}}).ID)
	}
	var quoted [][]byte
	for _, text := range chatter {
		q, err := json.Marshal(text)
		s.must(err)
		quoted = append(quoted, q)
	}
	return func(n int) []byte {
		text, user := quoted[n%len(quoted)], n%chatterUsers
		if l.pastes {
			text, user = fmt.Appendf(nil, "%q", chattest.AgentError(n)), n%pasteUsers
		}
		return fmt.Appendf(nil, `{"token":"t","team_id":%[1]q,"context_team_id":%[1]q,"context_enterprise_id":null,"api_app_id":%[2]q,`+
			`"event":{"type":"message","user":"U%06[5]d","ts":"1700000000.%06[3]d","client_msg_id":"5ec86d5b-3de9-4eb7-aa1d-%012[3]d","text":%[6]s,"team":%[1]q,`+
			`"blocks":[{"type":"rich_text","block_id":"b%[3]d","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":%[6]s}]}]}],`+
			`"channel":%[4]q,"event_ts":"1700000000.%06[3]d","channel_type":"channel"},"type":"event_callback","event_id":"Ev%08[3]d","event_time":1700000000,`+
			`"authorizations":[{"enterprise_id":null,"team_id":%[1]q,"user_id":"U0FAKEBOT","is_bot":true,"is_enterprise_install":false}],`+
			`"is_ext_shared_channel":false,"event_context":"4-eyJldCI6Im1lc3NhZ2UiLCJ0aWQiOiJUMEZBS0UiLCJhaWQiOiJBMEZBS0UiLCJjaWQiOiJDMDAwMDAwMSJ9"}`,
			s.Team, s.AppID, n, channels[n%len(channels)], user, text)
	}
}

// quickAPI returns the URL of a Slack that knows all users and takes every post at
// once, so that the load is that of events. It passes other calls on to the fake.
func quickAPI(s *stage) string {
	u, err := url.Parse(s.URL())
	s.must(err)
	var posts atomic.Int64
	mux := http.NewServeMux()
	mux.Handle("/", httputil.NewSingleHostReverseProxy(u))
	mux.HandleFunc("POST /api/chat.postMessage", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"ok":true,"channel":"C1","ts":"1800000000.%06d"}`, posts.Add(1))
	})
	mux.HandleFunc("POST /api/users.info", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"ok":true,"user":{"id":%q,"name":"user","real_name":"A User","locale":"en-US"}}`, r.FormValue("user"))
	})
	server := httptest.NewServer(mux)
	s.t.Cleanup(server.Close)
	return server.URL
}

// rows counts the rows of tables.
type rows map[string]int

// written counts the rows that the program has committed.
func written(s *stage) rows {
	s.t.Helper()
	all := rows{}
	for _, table := range []string{"events", "walkthroughs", "posts", "inbox", "preferences", "journal"} {
		var n int
		s.must(s.database().QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n))
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

// A loadReport is a line of the table in bot/store/README.md.
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
	return fmt.Sprintf("%s %d/s: sent %d/s on %d connections, p99 %s late, answered within p50 %s, p99 %s; acknowledged %d/s, p50 %s, p99 %s, max %s; refused %d/s, p99 %s; closed %d; no answer %d; redelivered %d; "+
		"RSS max %d MB; bot %.0f%% of a core, sender %.0f%%; recovered after %v; rows: %v",
		r.name, r.rate, r.perSecond(r.count), r.open, ms(r.late.quantile(0.99)), ms(r.answered.quantile(0.5)), ms(r.answered.quantile(0.99)),
		r.perSecond(r.acked.len()), ms(r.acked.quantile(0.5)), ms(r.acked.quantile(0.99)), ms(r.acked.quantile(1)),
		r.perSecond(r.refused.len()), ms(r.refused.quantile(0.99)), r.closed, r.silent, r.redelivered,
		r.rss>>20, 100*r.cpu, 100*r.ownCPU, r.recovery.Round(time.Millisecond), r.rows.minus(nil))
}
