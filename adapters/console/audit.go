package console

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabsbot/bot"
)

// The page of who changed what.

const (
	// maxAudited is how many records a page has. Older ones are on further pages.
	maxAudited = 50
	// maxExported is how many records an export has: more than people cause in the year
	// that records are kept.
	maxExported = 100_000
)

// An auditPage lists audit records.
type auditPage struct {
	frame
	Kinds    []bot.AuditKind
	Kind     bot.AuditKind // to which the list is limited, or ""
	Records  []auditRecord
	Older    string // the address of the next page, or ""
	Withheld bool   // as in shadows
}

// Of returns the address of the records of a kind, or of all if it is "".
func (p auditPage) Of(path string, kind bot.AuditKind) string {
	return p.View.address(path, map[string]string{"kind": string(kind)})
}

// An auditRecord is an audit record with what changed.
type auditRecord struct {
	bot.AuditRecord
	Changes []changedSetting
}

// Who returns the name of who did it.
func (r auditRecord) Who() string { return voter(r.By) }

// History returns the address of the history of the file that was changed, or "".
func (p auditPage) History(r auditRecord) string {
	switch r.Kind {
	case bot.AuditSave, bot.AuditUndo, bot.AuditRemove:
		return filePath(r.Object, "history", false) + "?" + p.View.values().Encode()
	}
	return ""
}

// ByChat reports whether it was done by chat.
func (r auditRecord) ByChat() bool { return r.Change != nil && !r.Change.ByPage }

// A changedSetting is a setting of a channel before and after a change. "" is not set.
type changedSetting struct{ Name, Before, After string }

// changedSettings returns what differs, by the names of the settings as they are stored.
func changedSettings(c *bot.SettingsChange) (all []changedSetting) {
	if c == nil {
		return nil
	}
	before, after := settingsOf(c.Before), settingsOf(c.After)
	names := slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after)))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if before[name] != after[name] {
			all = append(all, changedSetting{name, before[name], after[name]})
		}
	}
	return all
}

// settingsOf returns the settings that are set, as text.
func settingsOf(s bot.Settings) map[string]string {
	data, err := json.Marshal(s)
	var values map[string]any
	if err == nil {
		err = json.Unmarshal(data, &values)
	}
	if err != nil { // a bug
		return map[string]string{"": err.Error()}
	}
	texts := map[string]string{}
	if len(s.Bots) > 0 && len(s.BotNames) > 0 {
		values["bots"] = botNames(s.Bots, s.BotNames)
	}
	delete(values, "bot_names")
	for name, value := range values {
		texts[name] = fmt.Sprint(value)
	}
	return texts
}

// audit lists the audit records, latest first.
func (c *Console) audit(w http.ResponseWriter, r *http.Request) {
	page := auditPage{frame: c.frame(c.view(r), "/audit", "audit"), Kinds: bot.AuditKinds(), Kind: kindOf(r.URL.Query())}
	q := bot.AuditQuery{Kind: page.Kind, Before: markOf(r.URL.Query().Get("before")), Limit: maxAudited + 1}
	all, err := c.operations.Audit(r.Context(), q)
	if err != nil {
		c.deny(w, r, err)
		return
	}
	if len(all) > maxAudited {
		all = all[:maxAudited]
		last := all[maxAudited-1]
		page.Older = page.Of("/audit", page.Kind) + "&before=" + url.QueryEscape(fmt.Sprintf("%d-%s", last.At.UnixMilli(), last.ID))
	}
	page.Records = c.audited(all)
	page.Withheld = len(page.Records) < len(all)
	c.show(w, http.StatusOK, page.View.Lang, "audit", page)
}

// audited returns the records that pages may show.
func (c *Console) audited(all []bot.AuditRecord) (shown []auditRecord) {
	for _, one := range all {
		if one.Adapter == "" || c.mayShow(one.Adapter) {
			shown = append(shown, auditRecord{one, changedSettings(one.Change)})
		}
	}
	return shown
}

// kindOf returns the kind that a request asks for, or "".
func kindOf(q url.Values) bot.AuditKind {
	kind := bot.AuditKind(q.Get("kind"))
	if !slices.Contains(bot.AuditKinds(), kind) {
		return ""
	}
	return kind
}

// markOf returns the position that an address has, or the zero one.
func markOf(text string) bot.AuditMark {
	at, id, _ := strings.Cut(cutQuery(text), "-")
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return bot.AuditMark{}
	}
	return bot.AuditMark{At: time.UnixMilli(ms), ID: id}
}

// auditCSV serves the records to spreadsheets: one changed setting in each row.
func (c *Console) auditCSV(w http.ResponseWriter, r *http.Request) {
	all, err := c.operations.Audit(r.Context(), bot.AuditQuery{Kind: kindOf(r.URL.Query()), Limit: maxExported})
	if err != nil {
		c.deny(w, r, err)
		return
	}
	rows := [][]string{{"at", "by", "user", "kind", "adapter", "workspace", "channel", "object", "setting", "before", "after"}}
	for _, one := range c.audited(all) {
		changes := one.Changes
		if len(changes) == 0 {
			changes = []changedSetting{{}}
		}
		for _, s := range changes {
			rows = append(rows, []string{
				one.At.UTC().Format(time.RFC3339), cell(one.Who()), cell(one.By.ID), string(one.Kind), one.Adapter, cell(one.Workspace), cell(one.Channel),
				cell(one.Object), s.Name, cell(s.Before), cell(s.After),
			})
		}
	}
	writeCSV(w, "mabsbot-audit.csv", rows)
}

// recordAudit adds an audit record about what a user did. The work is done, so a failure is
// only logged.
func (c *Console) recordAudit(r *http.Request, kind bot.AuditKind, place bot.Place, object string) {
	who := accountOf(r)
	c.log.Info("console: "+string(kind), "object", object, "by", who.Name, "role", who.Role.String())
	err := c.operations.Record(context.WithoutCancel(r.Context()), bot.AuditRecord{Kind: kind, Place: place, Object: object, By: userOf(who)})
	if err != nil {
		c.log.Error("console: an audit record could not be stored", "kind", kind, "object", object, "by", who.Name, "error", err)
	}
}

// recorded serves an action like action, and records who did it.
func (c *Console) recorded(kind bot.AuditKind, do action) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c.action(func(ctx context.Context, who bot.User, f form) (string, error) {
			id, err := do(ctx, who, f)
			if err == nil {
				c.recordAudit(r, kind, bot.Place{}, "")
			}
			return id, err
		})(w, r)
	}
}
