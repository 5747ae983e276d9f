package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

func TestDigestIsDue(t *testing.T) {
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	for _, tt := range []struct {
		name string
		day  time.Weekday
		hour int
		zone string
		now  string // UTC
		last string // in the zone
		next string
	}{
		{"the moment itself", time.Monday, 9, "UTC", "2026-11-30T09:00:00Z", "2026-11-30T09:00:00Z", "2026-12-07T09:00:00Z"},
		{"a second before", time.Monday, 9, "UTC", "2026-11-30T08:59:59Z", "2026-11-23T09:00:00Z", "2026-11-30T09:00:00Z"},
		{"another day", time.Friday, 17, "UTC", "2026-11-30T12:00:00Z", "2026-11-27T17:00:00Z", "2026-12-04T17:00:00Z"},
		{"the day of the zone", time.Monday, 7, "Asia/Seoul", "2026-11-29T22:30:00Z", "2026-11-30T07:00:00+09:00", "2026-12-07T07:00:00+09:00"},
		{"across the year", time.Sunday, 0, "UTC", "2027-01-01T12:00:00Z", "2026-12-27T00:00:00Z", "2027-01-03T00:00:00Z"},
		{"before the clocks go back", time.Monday, 9, "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-19T09:00:00+02:00", "2026-10-26T09:00:00+01:00"},
		{"after they went back", time.Monday, 9, "Europe/Berlin", "2026-10-26T08:00:00Z", "2026-10-26T09:00:00+01:00", "2026-11-02T09:00:00+01:00"},
		{"after they went forward", time.Monday, 9, "Europe/Berlin", "2026-03-30T07:00:00Z", "2026-03-30T09:00:00+02:00", "2026-04-06T09:00:00+02:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, tt.now)
			if err != nil {
				t.Fatal(err)
			}
			p := bot.DigestPolicy{Day: tt.day, Hour: tt.hour, Zone: zone(tt.zone)}
			if got := p.Last(now).Format(time.RFC3339); got != tt.last {
				t.Errorf("last %s, want %s", got, tt.last)
			}
			if got := p.Next(now).Format(time.RFC3339); got != tt.next {
				t.Errorf("next %s, want %s", got, tt.next)
			}
		})
	}
}

// TestDigestHoursOfChange checks that a week has one digest if its hour is skipped or
// comes twice.
func TestDigestHoursOfChange(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	p := bot.DigestPolicy{Day: time.Sunday, Hour: 2, Zone: zone}
	for _, day := range []string{"2026-03-29", "2026-10-25"} {
		start, err := time.ParseInLocation(time.DateOnly, day, zone)
		if err != nil {
			t.Fatal(err)
		}
		due := map[int64]bool{}
		for at := start; at.Before(start.AddDate(0, 0, 7)); at = at.Add(time.Minute) {
			if last := p.Last(at); !last.Before(start) {
				due[last.Unix()] = true
			}
		}
		if len(due) != 1 {
			t.Errorf("%s: %d digests, want 1", day, len(due))
		}
	}
}

// A digester is a process that posts digests.
type digester struct {
	bot      *bot.Bot
	recorder *bottest.Recorder
	stop     func()
}

// newDigester starts a process on a database, with the digest of "test" on Mondays at
// nine.
func newDigester(t *testing.T, db *store.Memory, change ...func(*bot.Policy)) *digester {
	t.Helper()
	policy := bot.DefaultPolicy()
	policy.EscalationChannels = map[string]string{"test": "team"}
	policy.Digest = bot.DigestPolicy{Channels: map[string]string{"test": "leads", "elsewhere": "x"}, Day: time.Monday, Hour: 9, Zone: time.UTC}
	for _, c := range change {
		c(&policy)
	}
	base := dueBase(t)
	d := &digester{recorder: bottest.NewRecorder("test", everything)}
	d.bot = bot.New(func() *kb.Base { return base }, testLocales(t), policy, db, db, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := d.bot.Run(ctx, d.recorder); err != nil {
			t.Error(err)
		}
	})
	d.stop = func() { cancel(); wg.Wait() }
	return d
}

// dueBase returns a base whose entry is due since the end of 1999.
func dueBase(t *testing.T) *kb.Base {
	base, err := kb.Load(kb.Layer{Name: "test", FS: fstest.MapFS{"lost-disk.yaml": {Data: []byte(lost + "verify_by: 1999-12-31\n")}}})
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// posted returns the digests that were posted since the last call.
func (d *digester) posted() (all []bot.Post) {
	synctest.Wait()
	for _, p := range d.recorder.Take() {
		if p.Thread.Channel == "leads" {
			all = append(all, p)
		}
	}
	return all
}

// until lets time pass until a time of January 2000, which begins on a Saturday.
func until(day, hour, minute int) {
	time.Sleep(time.Until(time.Date(2000, 1, day, hour, minute, 0, 0, time.UTC)))
	synctest.Wait()
}

// TestDigestOnce checks that each week has one digest, whatever processes run.
func TestDigestOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := store.NewMemory()
		a, b := newDigester(t, db), newDigester(t, db)
		want := func(when string, n int) {
			t.Helper()
			if got := len(a.posted()) + len(b.posted()); got != n {
				t.Errorf("%s: %d digests, want %d", when, got, n)
			}
		}
		until(3, 8, 58)
		want("before the hour", 0)
		until(3, 9, 2)
		want("at the hour", 1)
		a.stop()
		a = newDigester(t, db)
		until(4, 8, 0)
		want("after a restart within a day", 0)
		if err := db.Prune(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		until(10, 8, 58)
		want("until the next week", 0)
		b.stop()
		until(10, 12, 0)
		want("in the next week", 1)
		a.stop()
	})
}

// TestDigestLate checks that a digest is posted up to a day late.
func TestDigestLate(t *testing.T) {
	for _, tt := range []struct {
		day, hour int
		want      int
	}{{3, 9, 1}, {4, 8, 1}, {4, 9, 0}, {6, 9, 0}} {
		synctest.Test(t, func(t *testing.T) {
			until(tt.day, tt.hour, 0)
			d := newDigester(t, store.NewMemory())
			time.Sleep(2 * time.Minute)
			if got := len(d.posted()); got != tt.want {
				t.Errorf("started on January %d at %d: %d digests, want %d", tt.day, tt.hour, got, tt.want)
			}
			d.stop()
		})
	}
}

// TestDigestRetried checks that a digest is posted once the database is back.
func TestDigestRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		until(3, 9, 0)
		db := &awayStore{Memory: store.NewMemory()}
		db.away.Store(true)
		policy := bot.DefaultPolicy()
		policy.Digest = bot.DigestPolicy{Channels: map[string]string{"test": "leads"}, Day: time.Monday, Hour: 9, Zone: time.UTC}
		base, recorder := dueBase(t), bottest.NewRecorder("test", everything)
		b := bot.New(func() *kb.Base { return base }, testLocales(t), policy, db, db, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		wg.Go(func() { _ = b.Run(ctx, recorder) })
		time.Sleep(90 * time.Second)
		if posts := recorder.Take(); len(posts) > 0 {
			t.Errorf("posted %+v", posts)
		}
		db.away.Store(false)
		time.Sleep(time.Minute)
		synctest.Wait()
		if posts := recorder.Take(); len(posts) != 1 {
			t.Errorf("%d posts, want 1", len(posts))
		}
		cancel()
		wg.Wait()
	})
}

// An awayStore cannot commit while it is away.
type awayStore struct {
	*store.Memory
	away atomic.Bool
}

func (s *awayStore) Apply(ctx context.Context, turn bot.Turn) error {
	if s.away.Load() {
		return errors.New("the database is away")
	}
	return s.Memory.Apply(ctx, turn)
}

// TestDigest checks what a digest says, in both languages.
func TestDigest(t *testing.T) {
	for lang, want := range map[string]string{
		"en": `# The week from 1999-12-27 to 2000-01-02
| Questions | 3 (week before: 0)
| Answered with steps | 2 (week before: 0)
| Not recognized | 1 (week before: 0)
| Solved | 1 (week before: 0)
| Came back after that | 1 (week before: 0)
| Passed on to a person | 1 (week before: 0)
  Most asked errors:
- The disk is lost on a server · asked 2 · solved 1 · came back 1
  Open cases, waiting for a person: 1
^ Case 1 · The disk is lost on a server · ID 90001 · since 2000-01-01 · not taken yet team/opened-1
  Entries to check against their sources again: 1 (` + "`lost-disk`" + `)
~ Counted by days in UTC, without users.
`,
		"ko": `# 1999-12-27 ~ 2000-01-02 주간 요약
| 질문 | 3건 (전주 0건)
| 해결 단계 안내 | 2건 (전주 0건)
| 알아보지 못함 | 1건 (전주 0건)
| 해결 | 1건 (전주 0건)
| 해결 후 재발 | 1건 (전주 0건)
| 담당자 연결 | 1건 (전주 0건)
  많이 나온 오류:
- 서버의 디스크를 찾을 수 없음 · 질문 2건 · 해결 1건 · 재발 1건
  담당자를 기다리는 요청: 1건
^ 요청 1번 · The disk is lost on a server · ID 90001 · 2000-01-01부터 · 아직 맡은 사람 없음 team/opened-1
  원문과 다시 대조할 항목: 1개 (` + "`lost-disk`" + `)
~ 날짜는 UTC 기준이며, 사용자 정보는 집계하지 않습니다.
`,
	} {
		synctest.Test(t, func(t *testing.T) {
			db := store.NewMemory()
			d := newDigester(t, db, func(p *bot.Policy) { p.Channels = map[string]bot.ChannelPolicy{"leads": {Language: lang}} })
			defer d.stop()
			aWeek(t, d)
			until(3, 9, 1)
			posts := d.posted()
			if len(posts) != 1 {
				t.Fatalf("%d digests", len(posts))
			}
			if got := bottest.Text(posts[0].Reply); got != want {
				t.Errorf("%s: got\n%s\nwant\n%s", lang, got, want)
			}
			if p := posts[0]; !p.Opens || p.To != (bot.User{}) || p.Reply.Lang != lang {
				t.Errorf("post %+v", p)
			}
			var who []string
			for _, name := range []string{"alex", "Alex", "u2"} {
				if strings.Contains(bottest.Text(posts[0].Reply), name) {
					who = append(who, name)
				}
			}
			if len(who) > 0 {
				t.Errorf("names %v", who)
			}
		})
	}
}

// aWeek asks three questions.
func aWeek(t *testing.T, d *digester) {
	t.Helper()
	handle := d.bot.Handler(d.recorder)
	events := 0
	do := func(e bot.Event) []bot.Post {
		t.Helper()
		if err := handle(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		return d.recorder.Take()
	}
	reply := func(text string) {
		events++
		m := message(fmt.Sprint("reply ", events), text)
		m.Thread.Root, m.InThread = "m", true
		do(m)
	}
	do(message("m", lostPaste))
	reply("fixed, thanks")
	reply("it came back")
	weather := message("w", "what about the weather in the data center?")
	weather.Addressed = true
	do(weather)
	again := message("n", lostPaste)
	again.Addressed = true
	again.From = bot.User{ID: "u2", Name: "u2"}
	posts := do(again)
	do(pressOf("p", "u2", posts[len(posts)-1], "Get a person"))
}

// TestDigestOfAQuietWeek checks that a digest says that nothing was asked.
func TestDigestOfAQuietWeek(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDigester(t, store.NewMemory(), func(p *bot.Policy) { p.Language = "ko" })
		defer d.stop()
		until(3, 9, 1)
		posts := d.posted()
		if len(posts) != 1 || !strings.Contains(bottest.Text(posts[0].Reply), "질문이 없었습니다") {
			t.Errorf("posts %+v", posts)
		}
	})
}
