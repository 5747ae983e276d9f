package bottest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mabsbot/bot"
)

// record adds an audit record.
func (t *storeTest) record(kind bot.AuditKind, letter, object, by string) {
	t.Helper()
	r := bot.AuditRecord{Kind: kind, Object: object, By: bot.User{ID: by, Name: strings.ToUpper(by)}}
	if letter != "" {
		r.Place = placeOf(letter)
	}
	t.must(t.Record(t.Context(), r))
}

// audited writes the audit records that a query selects.
func (t *storeTest) audited(q bot.AuditQuery) string {
	t.Helper()
	all, err := t.Audit(t.Context(), q)
	t.must(err)
	var forms []string
	for _, r := range all {
		form := fmt.Sprintf("%s %s %s %s", r.Kind, r.Channel, r.Object, r.By.Name)
		if r.Change != nil {
			form += fmt.Sprintf(" %s>%s", r.Change.Before.Mode, r.Change.After.Mode)
		}
		forms = append(forms, strings.Join(strings.Fields(form), " "))
	}
	return strings.Join(forms, ", ")
}

func audit(t *storeTest) {
	t.equal(t.audited(bot.AuditQuery{Limit: 9}), "")
	off, on := bot.Settings{Mode: bot.ModeOff}, bot.Settings{Mode: bot.ModeOn}
	t.record(bot.AuditResend, "A", "p1", "ada")
	time.Sleep(time.Hour)
	at := time.Now()
	t.must(t.set("D", 0, bot.Settings{}, off))
	time.Sleep(time.Hour)
	t.record(bot.AuditReset, "", "", "ed")
	time.Sleep(time.Hour)
	t.must(t.set("D", 1, off, on))
	t.equal(t.audited(bot.AuditQuery{Limit: 9}), "settings d User off>on, reset ED, settings d User >off, resend c p1 ADA")
	t.equal(t.audited(bot.AuditQuery{Limit: 2}), "settings d User off>on, reset ED")
	t.equal(t.audited(bot.AuditQuery{Limit: 9, Kind: bot.AuditSettings}), "settings d User off>on, settings d User >off")
	t.equal(t.audited(bot.AuditQuery{Limit: 9, Kind: bot.AuditReset}), "reset ED")
	t.equal(t.audited(bot.AuditQuery{Limit: 9, Kind: "unknown"}), "")
	t.equal(t.audited(bot.AuditQuery{}), "")
	all, err := t.Audit(t.Context(), bot.AuditQuery{Limit: 9})
	t.must(err)
	if !all[2].At.Equal(at) || all[3].By.ID != "ada" || all[3].Place != placeOf("A") {
		t.Errorf("the records are %+v", all)
	}

	time.Sleep(365*24*time.Hour - 2*time.Hour + time.Minute)
	t.must(t.Prune(t.Context(), 0))
	t.equal(t.audited(bot.AuditQuery{Limit: 9}), "settings d User off>on, reset ED")
	time.Sleep(2 * time.Hour)
	t.must(t.Prune(t.Context(), 0))
	t.equal(t.audited(bot.AuditQuery{Limit: 9}), "")
}

// auditPages has several records of the same time.
func auditPages(t *storeTest) {
	settings := bot.Settings{}
	for i := range 6 {
		t.record(bot.AuditDiscard, "A", fmt.Sprint("p", i), "ada")
		next := bot.Settings{Bots: []string{fmt.Sprint(i)}}
		t.must(t.set("A", i, settings, next))
		settings = next
		if i%3 == 2 {
			time.Sleep(time.Second)
		}
	}
	for _, kind := range []bot.AuditKind{"", bot.AuditSettings, bot.AuditDiscard} {
		whole, err := t.Audit(t.Context(), bot.AuditQuery{Kind: kind, Limit: 99})
		t.must(err)
		var want, got []string
		for _, r := range whole {
			want = append(want, r.ID)
		}
		q := bot.AuditQuery{Kind: kind, Limit: 2}
		for {
			page, err := t.Audit(t.Context(), q)
			t.must(err)
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				got = append(got, r.ID)
				q.Before = bot.AuditMark{At: r.At, ID: r.ID}
			}
		}
		t.equal(got, want)
		slices.Sort(got)
		if n := len(slices.Compact(got)); n != 12 && kind == "" || n != 6 && kind != "" {
			t.Errorf("%d records of kind %q", n, kind)
		}
	}
}
