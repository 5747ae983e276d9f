package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"mabsbot/bot"
)

// Memory is a store in maps, for tests and for a bot without persistence. It is
// safe for concurrent use. Create it with NewMemory.
type Memory struct {
	now func() time.Time

	mu       sync.Mutex
	events   map[bot.EventID]time.Time // when they were applied
	states   map[bot.Thread]memoryState
	posts    []*memoryPost // in the order of Apply
	langs    map[bot.UserKey]string
	journals map[string][][]byte
	inboxes  map[string][]memoryRecord
	leases   map[string]memoryLease
	settings map[bot.Place]bot.ChannelSettings
	changes  []bot.SettingsChange // in their order
	audit    []bot.AuditRecord    // in their order, without changes
	counts   map[memoryCount]int
	files    []bot.FileVersion // by version, from 1
	outcomes map[memoryOutcome]int
	askers   map[memoryAsker]time.Time // until when their outcomes count
	answers  map[bot.EventID]bot.Vote  // of channels in shadow mode, by the message

	reports   map[string]bot.Report // by ID
	incidents map[bot.IncidentKey]memoryIncident

	unanswered []bot.Unanswered // in their order
	marks      []bot.Mark       // in their order
	fixes      []bot.Fix        // in their order
}

type memoryState struct {
	data             []byte // encoded, so that callers do not share memory
	version          int
	status           bot.Status
	entry, asker     string
	caseNumber       int
	private          bool
	begunAt, changed time.Time
}

type memoryPost struct {
	data              []byte
	id, replaces      bot.PostID
	about             bot.EventID
	erased            bool // its message was deleted
	thread            bot.Thread
	opens, delayed    bool
	urgent, private   bool
	recipient         string
	waiting, sent     bool // neither: dropped or shadow
	shadow, dead      bool
	why               string
	due, claimedUntil time.Time
	ready             time.Time
	changed           time.Time
	attempt, spent    int
	ref               string
	asked             int64
}

var (
	_ bot.Store  = (*Memory)(nil)
	_ bot.Outbox = (*Memory)(nil)
)

// NewMemory returns an empty store.
func NewMemory() *Memory { return NewMemoryAt(time.Now) }

// NewMemoryAt returns an empty store whose clock is now. Nothing becomes due or
// expires unless that clock moves.
func NewMemoryAt(now func() time.Time) *Memory {
	return &Memory{
		now:      now,
		events:   map[bot.EventID]time.Time{},
		states:   map[bot.Thread]memoryState{},
		langs:    map[bot.UserKey]string{},
		journals: map[string][][]byte{},
		inboxes:  map[string][]memoryRecord{},
		leases:   map[string]memoryLease{},
		settings: map[bot.Place]bot.ChannelSettings{},
		counts:   map[memoryCount]int{},
		outcomes: map[memoryOutcome]int{},
		askers:   map[memoryAsker]time.Time{},
		answers:  map[bot.EventID]bot.Vote{},

		reports:   map[string]bot.Report{},
		incidents: map[bot.IncidentKey]memoryIncident{},
	}
}

// Load implements bot.Store.
func (m *Memory) Load(ctx context.Context, thread bot.Thread, user bot.UserKey) (bot.Walkthrough, string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return bot.Walkthrough{}, "", wrap("load", err)
	}
	w, err := m.walkthrough(thread)
	return w, m.langs[user], wrap("load", err)
}

func (m *Memory) walkthrough(thread bot.Thread) (bot.Walkthrough, error) {
	s, ok := m.states[thread]
	if !ok {
		return bot.Walkthrough{Thread: thread}, nil
	}
	w, _, err := decodeWalkthrough(s.data, thread, s.version) // the entry is in the data
	return w, err
}

// Recent implements bot.Store.
func (m *Memory) Recent(ctx context.Context, near bot.Thread, entry string, window time.Duration, limit int) ([]bot.Thread, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, wrap("recent", err)
	}
	since := m.now().Add(-window)
	var found []bot.Thread
	for t, s := range m.states {
		visible := !s.private && !slices.ContainsFunc(m.posts, func(p *memoryPost) bool { return p.opens && p.thread == t })
		begun := s.entry == entry && !slices.Contains([]bot.Status{"", bot.StatusChoosing, bot.StatusUnmatched, bot.StatusProposed}, s.status)
		nearby := t.Root != near.Root && t == bot.Thread{Adapter: near.Adapter, Workspace: near.Workspace, Channel: near.Channel, Root: t.Root}
		if visible && begun && nearby && !s.begunAt.Before(since) {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, func(a, b bot.Thread) int { return m.states[b].begunAt.Compare(m.states[a].begunAt) })
	return found[:min(len(found), limit)], nil
}

// Waiting implements bot.Store.
func (m *Memory) Waiting(ctx context.Context, post bot.PostID) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return false, wrap("waiting", err)
	}
	p := m.post(post)
	return p != nil && p.waiting, nil
}

// Keeps implements bot.Store.
func (m *Memory) Keeps(ctx context.Context, post bot.PostID) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return false, wrap("keeps", err)
	}
	return m.post(post) != nil, nil
}

// Walkthroughs implements bot.Store.
func (m *Memory) Walkthroughs(ctx context.Context, user bot.UserKey, limit int) ([]bot.Walkthrough, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, wrap("walkthroughs", err)
	}
	var threads []bot.Thread
	for t, s := range m.states {
		if user == (bot.UserKey{Adapter: t.Adapter, Workspace: t.Workspace, ID: s.asker}) && s.caseNumber == 0 {
			threads = append(threads, t)
		}
	}
	slices.SortFunc(threads, func(a, b bot.Thread) int { return m.states[b].changed.Compare(m.states[a].changed) })
	var all []bot.Walkthrough
	for _, t := range threads[:min(max(limit, 0), len(threads))] {
		w, err := m.walkthrough(t)
		if err != nil {
			return nil, wrap("walkthroughs", err)
		}
		all = append(all, w)
	}
	return all, nil
}

// Apply implements bot.Store.
func (m *Memory) Apply(ctx context.Context, turn bot.Turn) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return wrap("apply", m.apply(ctx, turn))
}

// apply does everything that can fail before it changes the store.
func (m *Memory) apply(ctx context.Context, turn bot.Turn) error {
	if err := cmp.Or(validate(turn), ctx.Err()); err != nil {
		return err
	}
	if _, ok := m.events[turn.Event]; ok {
		return bot.ErrDuplicate
	}
	now := m.now()
	states := map[bot.Thread]memoryState{}
	for _, w := range turn.States {
		old := m.states[w.Thread]
		other, taken := m.caseThread(w.Thread.Adapter, w.Thread.Workspace, caseNumber(w))
		if old.version != w.Version || taken && other != w.Thread {
			return bot.ErrConflict
		}
		s, err := newState(w, old, now)
		if err != nil {
			return err
		}
		states[w.Thread] = s
	}
	var posts []*memoryPost
	for _, p := range turn.Posts {
		q, err := newPost(p, turn.About, now)
		if err != nil {
			return err
		}
		posts = append(posts, q)
	}
	if turn.Set != nil && turn.Set.Version != m.settingsVersion() {
		return bot.ErrConflict
	}
	if i := turn.Incident; i != nil && i.Version != m.incidents[i.IncidentKey].Version {
		return bot.ErrConflict
	}
	m.events[turn.Event] = now
	m.count(turn.Counts, now)
	m.record(turn.Unanswered, now)
	m.putFix(turn.Fix, now)
	m.report(turn.Reports)
	m.noteIncident(turn.Incident, now)
	m.learn(turn.Learned, now)
	maps.Copy(m.states, states)
	for _, p := range posts {
		m.queue(p, now)
	}
	for _, p := range turn.Posts {
		m.shadowAnswer(p, turn.About, now)
	}
	m.setPreference(turn.Prefer)
	m.set(turn.Set, now)
	return nil
}

func newState(w bot.Walkthrough, old memoryState, now time.Time) (memoryState, error) {
	data, err := encode(w)
	s := memoryState{
		data: data, version: w.Version + 1, status: w.Status, entry: entryID(w), caseNumber: caseNumber(w), asker: w.Asker.ID, private: w.Private,
		begunAt: now, changed: now,
	}
	if old.version > 0 && old.entry == s.entry {
		s.begunAt = old.begunAt
	}
	return s, err
}

func newPost(p bot.Post, about bot.EventID, now time.Time) (*memoryPost, error) {
	data, err := encode(p)
	return &memoryPost{
		data: data, id: p.ID, about: about, replaces: p.Replaces, thread: p.Thread, opens: p.Opens, delayed: p.Delay > 0,
		urgent: p.Urgent, private: p.Private, recipient: p.To.ID,
		waiting: !p.Shadow, shadow: p.Shadow, due: now.Add(p.Delay), ready: now.Add(p.Delay), changed: now, asked: p.Answers,
	}, err
}

// queue appends a post unless its ID is known, and cancels the delayed post
// that it replaces if that is still waiting and not claimed.
func (m *Memory) queue(p *memoryPost, now time.Time) {
	if m.post(p.id) == nil {
		m.posts = append(m.posts, p)
	}
	if old := m.post(p.replaces); !p.shadow && old != nil && old.delayed && old.waiting && !old.claimedUntil.After(now) {
		old.waiting, old.changed = false, now
		if q := m.post(p.id); old.replaces != "" && q.waiting {
			q.replaces = old.replaces // which old never changed
		}
	}
	if !p.shadow && !p.delayed { // until a delayed one is due, the earlier changes are to be seen
		m.supersede(m.post(p.id), now)
	}
	if !p.shadow {
		m.endDeadLetters(m.post(p.id), p.replaces)
	}
}

// supersede drops the waiting changes of the post that p changes. See apply.go.
func (m *Memory) supersede(p *memoryPost, now time.Time) {
	unclaimed := func(q *memoryPost) bool {
		of := m.post(q.replaces)
		return q.waiting && !q.delayed && !q.opens && !q.claimedUntil.After(now) && of != nil && of.sent && of.ref != ""
	}
	if !p.waiting {
		return
	}
	if q := m.post(p.replaces); q != nil && (!q.waiting && !q.sent && !q.shadow && q.ref != "" || unclaimed(q)) {
		p.replaces = q.replaces
	}
	for _, q := range m.posts {
		if q == p {
			break
		}
		if p.replaces != "" && q.replaces == p.replaces && unclaimed(q) {
			q.waiting, q.ref, q.changed = false, m.post(q.replaces).ref, now
		}
	}
}

func (m *Memory) setPreference(p *bot.Preference) {
	if p == nil {
		return
	}
	if delete(m.langs, p.User); p.Lang != "" {
		m.langs[p.User] = p.Lang
	}
}

// post returns the post with the ID, or nil.
func (m *Memory) post(id bot.PostID) *memoryPost {
	if i := slices.IndexFunc(m.posts, func(p *memoryPost) bool { return p.id == id }); i >= 0 {
		return m.posts[i]
	}
	return nil
}

// Prune does the same as SQL.Prune.
func (m *Memory) Prune(ctx context.Context, olderThan time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return wrap("prune", err)
	}
	now := m.now()
	before := now.Add(-max(olderThan, MinRetention))
	maps.DeleteFunc(m.events, func(_ bot.EventID, at time.Time) bool { return at.Before(before) })
	replaced := map[bot.PostID]bool{}
	for _, p := range m.posts {
		if p.waiting {
			replaced[p.replaces] = true
		}
	}
	m.posts = slices.DeleteFunc(m.posts, func(p *memoryPost) bool {
		_, inThread := m.states[p.thread]
		return !p.waiting && !p.dead && !(p.shadow && p.about != "") && p.changed.Before(before) && !inThread && !replaced[p.id]
	})
	maps.DeleteFunc(m.answers, func(_ bot.EventID, v bot.Vote) bool { return v.At.Before(now.Add(-ShadowHistory)) })
	m.audit = slices.DeleteFunc(m.audit, func(r bot.AuditRecord) bool { return r.At.Before(now.Add(-AuditHistory)) })
	m.changes = slices.DeleteFunc(m.changes, func(c bot.SettingsChange) bool { return c.At.Before(now.Add(-SettingsHistory)) })
	m.pruneFiles(now)
	m.pruneOutcomes(now)
	m.pruneIncidents(now)
	m.unanswered = slices.DeleteFunc(m.unanswered, func(u bot.Unanswered) bool { return u.At.Before(now.Add(-bot.UnansweredTTL)) })
	for name, all := range m.inboxes {
		m.inboxes[name] = slices.DeleteFunc(all, func(r memoryRecord) bool { return r.dead && r.at.Before(now.Add(-DeadLetterTTL)) })
	}
	return nil
}
