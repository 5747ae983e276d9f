package store

import (
	"context"
	"slices"
	"strings"
	"time"
)

// A MemoryInbox is an Inbox in memory.
type MemoryInbox struct {
	memory *Memory
	name   string
}

// Inbox returns the inbox with the name. It is empty until the first Put.
func (m *Memory) Inbox(name string) *MemoryInbox { return &MemoryInbox{m, name} }

type memoryRecord struct {
	inboxRecord
	dead bool
	at   time.Time
}

// Put records a payload under its key, or does nothing if the key is known.
func (i *MemoryInbox) Put(ctx context.Context, key string, payload []byte) error {
	return i.update(ctx, "put into inbox", func(all []memoryRecord) []memoryRecord {
		if slices.ContainsFunc(all, func(r memoryRecord) bool { return r.key == key }) {
			return all
		}
		return append(all, memoryRecord{inboxRecord{key, slices.Clone(payload)}, false, i.memory.now()})
	})
}

// Done removes a payload.
func (i *MemoryInbox) Done(ctx context.Context, key string) error {
	return i.update(ctx, "remove from inbox", func(all []memoryRecord) []memoryRecord {
		return slices.DeleteFunc(all, func(r memoryRecord) bool { return r.key == key && !r.dead })
	})
}

// Bury records a payload as a dead letter.
func (i *MemoryInbox) Bury(ctx context.Context, key string, payload []byte) error {
	return i.update(ctx, "bury in inbox", func(all []memoryRecord) []memoryRecord {
		all = slices.DeleteFunc(all, func(r memoryRecord) bool { return r.key == key })
		return append(all, memoryRecord{inboxRecord{key, slices.Clone(payload)}, true, i.memory.now()})
	})
}

// Replay calls yield for each payload, oldest first.
func (i *MemoryInbox) Replay(ctx context.Context, yield func(key string, payload []byte) error) error {
	return i.each(ctx, "", false, yield)
}

// Adopt is Replay: there is one process.
func (i *MemoryInbox) Adopt(ctx context.Context, yield func(key string, payload []byte) error) error {
	return i.Replay(ctx, yield)
}

// Shared returns false.
func (i *MemoryInbox) Shared() bool { return false }

// Find calls yield for each payload whose key has the prefix, oldest first.
func (i *MemoryInbox) Find(ctx context.Context, prefix string, yield func(key string, payload []byte) error) error {
	return i.each(ctx, prefix, false, yield)
}

// Dead calls yield for each dead letter, oldest first.
func (i *MemoryInbox) Dead(ctx context.Context, yield func(key string, payload []byte) error) error {
	return i.each(ctx, "", true, yield)
}

func (i *MemoryInbox) each(ctx context.Context, prefix string, dead bool, yield func(key string, payload []byte) error) error {
	if err := ctx.Err(); err != nil {
		return wrap("read inbox", err)
	}
	i.memory.mu.Lock()
	all := slices.Clone(i.memory.inboxes[i.name])
	i.memory.mu.Unlock()
	for _, r := range all {
		if r.dead != dead || !strings.HasPrefix(r.key, prefix) {
			continue
		}
		if err := yield(r.key, slices.Clone(r.payload)); err != nil {
			return err
		}
	}
	return nil
}

func (i *MemoryInbox) update(ctx context.Context, what string, change func([]memoryRecord) []memoryRecord) error {
	i.memory.mu.Lock()
	defer i.memory.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return wrap(what, err)
	}
	i.memory.inboxes[i.name] = change(i.memory.inboxes[i.name])
	return nil
}
