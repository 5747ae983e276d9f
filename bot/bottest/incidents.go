package bottest

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"mabsbot/bot"
)

// incidentKey returns the key of the entry e in the channel of the thread named by the
// letter.
func incidentKey(letter string) bot.IncidentKey {
	return bot.IncidentKey{Place: placeOf(letter), Entry: "e"}
}

// A report in a script is the letter of a channel, "!" for an alert, the user, and after
// "=" the message, such as "A:u1=m1". "-" before it withdraws the message, and "/e2" after
// it is about another entry.
var reportScript = regexp.MustCompile(`^(-?)([A-Z]):(!?)(\w+)=(\w+)(?:/(\w+))?$`)

// report applies one turn with reports from now on, a millisecond apart.
func (t *storeTest) report(script string) {
	t.Helper()
	var all []bot.Report
	for i, one := range strings.Fields(script) {
		part := reportScript.FindStringSubmatch(one)
		if part == nil {
			t.Fatalf("no report: %s", one)
		}
		r := bot.Report{IncidentKey: incidentKey(part[2]), Gone: part[1] != "", Alert: part[3] != "", By: part[4], Of: bot.EventID(part[5]), At: time.Now().Add(time.Duration(i) * time.Millisecond)}
		if part[6] != "" {
			r.Entry = part[6]
		}
		r.Thread = bot.Thread{Adapter: r.Adapter, Workspace: r.Workspace, Channel: r.Channel, Root: "root of " + part[5]}
		all = append(all, r)
	}
	t.apply(bot.Turn{Reports: all})
	time.Sleep(time.Millisecond) // the next ones come later
}

// wantReports compares what was reported since a time: people, alerts and the thread of
// the first.
func (t *storeTest) wantReports(key bot.IncidentKey, since time.Time, want string) {
	t.Helper()
	found, err := t.Reports(t.Context(), key, since)
	t.must(err)
	got := fmt.Sprintf("%d+%d %s", found.People, found.Alerts, strings.TrimPrefix(found.Thread.Root, "root of "))
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func reports(t *storeTest) {
	begin := time.Now()
	t.wantReports(incidentKey("A"), begin, "0+0 ")
	t.report("A:u1=m1")
	time.Sleep(time.Minute)
	second := time.Now()
	t.report("A:u2=m2 D:u3=m3 E:u4=m4 A:u5=m5/e2")
	time.Sleep(time.Minute)
	t.report("A:!b=m6")
	t.wantReports(incidentKey("A"), begin, "2+1 m1")
	t.wantReports(incidentKey("A"), second, "1+1 m2")
	t.wantReports(incidentKey("A"), second.Add(time.Millisecond), "0+1 m6")
	t.wantReports(incidentKey("D"), begin, "1+0 m3")
	t.wantReports(incidentKey("E"), begin, "1+0 m4")
	t.wantReports(bot.IncidentKey{Place: placeOf("A"), Entry: "e2"}, begin, "1+0 m5")
	found, err := t.Reports(t.Context(), incidentKey("A"), begin)
	t.must(err)
	if !found.First.Equal(begin) || !found.Last.Equal(begin.Add(2*time.Minute+2*time.Millisecond)) || found.Thread.In() != (bot.Channel{Workspace: "w", ID: "c"}) {
		t.Errorf("got %+v", found)
	}
	t.wantError(t.Apply(t.Context(), bot.Turn{Event: "event 1", Reports: []bot.Report{{IncidentKey: incidentKey("A"), Of: "m7", By: "u7", At: begin}}}), bot.ErrDuplicate)
	t.wantReports(incidentKey("A"), begin, "2+1 m1")
}

func reportsOnce(t *storeTest) {
	begin := time.Now()
	t.report("A:u1=m1 A:!b=m2")
	time.Sleep(time.Minute)
	later := time.Now()
	t.report("A:u1=m3")
	t.report("A:!b=m4")
	t.report("A:!b=m4")
	t.wantReports(incidentKey("A"), begin, "1+2 m2")
	t.wantReports(incidentKey("A"), later, "1+1 m3")
	old := bot.Report{IncidentKey: incidentKey("A"), Of: "m0", By: "u1", At: begin} // it comes late
	t.apply(bot.Turn{Reports: []bot.Report{old}})
	t.wantReports(incidentKey("A"), later, "1+1 m3")
	t.report("A:u1=m3/e2") // it was edited
	t.wantReports(incidentKey("A"), begin, "0+2 m2")
	t.wantReports(bot.IncidentKey{Place: placeOf("A"), Entry: "e2"}, begin, "1+0 m3")
}

func reportsEnd(t *storeTest) {
	begin := time.Now()
	t.report("A:u1=m1 A:u2=m2 A:u3=m3 A:!b=m4")
	_, err := t.Erase(t.Context(), "m1")
	t.must(err)
	t.wantReports(incidentKey("A"), begin, "2+1 m2")
	t.report("-A:u2=m2")
	t.report("-A:u3=m3/e2") // it reports another error
	t.wantReports(incidentKey("A"), begin, "1+1 m3")
	time.Sleep(bot.IncidentTTL - time.Minute)
	t.report("A:u4=m5")
	t.must(t.Prune(t.Context(), 0))
	t.wantReports(incidentKey("A"), begin, "2+1 m3")
	time.Sleep(2 * time.Minute)
	t.must(t.Prune(t.Context(), 0))
	t.wantReports(incidentKey("A"), begin, "1+0 m5")
}

func reportsBounded(t *storeTest) {
	begin := time.Now()
	var turn bot.Turn
	for i := range bot.MaxReports + 5 {
		turn.Reports = append(turn.Reports, bot.Report{
			IncidentKey: incidentKey("A"), Of: bot.EventID(fmt.Sprint("m", i)), By: fmt.Sprint("u", i), At: begin.Add(time.Duration(i) * time.Second),
			Thread: bot.Thread{Root: fmt.Sprint("root of m", i)},
		})
	}
	t.apply(turn)
	t.wantReports(incidentKey("A"), begin, fmt.Sprintf("%d+0 m5", bot.MaxReports))
	t.report("D:u1=m1 A:u1=n1/e2")
	t.wantReports(incidentKey("D"), begin, "1+0 m1")
}

func reportsTogether(t *storeTest) {
	begin := time.Now()
	const writers, each = 8, 5
	concurrently(writers, func(i int) {
		for j := range each {
			r := bot.Report{IncidentKey: incidentKey("A"), Of: bot.EventID(fmt.Sprint("m", i, " ", j)), By: fmt.Sprint("u", i, " ", j), At: begin}
			if err := t.Apply(t.Context(), bot.Turn{Event: "event of " + r.Of, Reports: []bot.Report{r}}); err != nil {
				t.Error(err)
			}
		}
	})
	found, err := t.Reports(t.Context(), incidentKey("A"), begin)
	t.must(err)
	t.equal(found.People, writers*each)
}

// incident returns the incident of a channel with a note in its thread named x.
func incident(letter string, version int) bot.Incident {
	key := incidentKey(letter)
	at := time.UnixMilli(time.Now().UnixMilli())
	return bot.Incident{
		IncidentKey: key, Version: version, Thread: bot.Thread{Adapter: key.Adapter, Workspace: key.Workspace, Channel: key.Channel, Root: "x"},
		Since: at, Last: at.Add(time.Minute), People: 4, Alerts: 3, Note: "note", Over: "over",
	}
}

func (t *storeTest) wantIncident(want bot.Incident) {
	t.Helper()
	got, err := t.Incident(t.Context(), want.IncidentKey)
	t.must(err)
	t.equal(got, want)
}

func incidents(t *storeTest) {
	t.wantIncident(bot.Incident{IncidentKey: incidentKey("A")})
	first := incident("A", 0)
	t.apply(bot.Turn{Incident: &first})
	t.wantError(t.Apply(t.Context(), bot.Turn{Event: "conflict", Incident: &first, Prefer: &bot.Preference{Lang: "ko"}}), bot.ErrConflict)
	first.Version = 1
	t.wantIncident(first)
	t.wantIncident(bot.Incident{IncidentKey: incidentKey("D")})
	second := first
	second.Alerts++
	t.apply(bot.Turn{Incident: &second})
	t.wantError(t.Apply(t.Context(), bot.Turn{Event: "conflict", Incident: &second}), bot.ErrConflict)
	second.Version = 2
	t.wantIncident(second)
	time.Sleep(bot.IncidentTTL - time.Minute)
	t.must(t.Prune(t.Context(), 0))
	t.wantIncident(second)
	time.Sleep(2 * time.Minute)
	t.must(t.Prune(t.Context(), 0))
	t.wantIncident(bot.Incident{IncidentKey: incidentKey("A")})
}

func incidentOpens(t *storeTest) {
	i := incident("A", 0)
	i.Thread.Root = "new-x"
	post := bot.Post{ID: "note", Thread: i.Thread, Opens: true}
	other := incident("D", 0)
	t.apply(bot.Turn{Incident: &i, Posts: []bot.Post{post}})
	t.apply(bot.Turn{Incident: &other})
	claimed, err := t.Claim(t.Context(), "test", 9, 9, time.Minute)
	t.must(err)
	t.equal(len(claimed), 1)
	to := i.Thread
	to.Root = "real"
	t.must(t.Sent(t.Context(), "note", bot.Delivery{Ref: "ref", Thread: to}))
	moved := i
	moved.Thread, moved.Version = to, 2
	t.wantIncident(moved)
	i.Version = 1
	t.wantError(t.Apply(t.Context(), bot.Turn{Event: "of the provisional thread", Incident: &i}), bot.ErrConflict)
	other.Version = 1
	t.wantIncident(other)
}

func incidentTogether(t *storeTest) {
	const writers, each = 8, 5
	concurrently(writers, func(i int) {
		for j := range each {
			for {
				old, err := t.Incident(t.Context(), incidentKey("A"))
				if err != nil {
					t.Error(err)
					return
				}
				old.People++
				err = t.Apply(t.Context(), bot.Turn{Event: bot.EventID(fmt.Sprint("event ", i, " ", j, " ", old.Version)), Incident: &old})
				if err == nil {
					break
				}
				if !errors.Is(err, bot.ErrConflict) {
					t.Error(err)
					return
				}
			}
		}
	})
	i, err := t.Incident(t.Context(), incidentKey("A"))
	t.must(err)
	t.equal(i.People, writers*each)
}
