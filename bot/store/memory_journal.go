package store

import (
	"context"
	"slices"
)

// A MemoryJournal is a Journal in memory.
type MemoryJournal struct {
	memory *Memory
	name   string
}

// Journal returns the journal with the name. It is empty until the first
// Append.
func (m *Memory) Journal(name string) *MemoryJournal { return &MemoryJournal{m, name} }

// Append adds a record.
func (j *MemoryJournal) Append(ctx context.Context, record []byte) error {
	j.memory.mu.Lock()
	defer j.memory.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return wrap("append to journal", err)
	}
	j.memory.journals[j.name] = append(j.memory.journals[j.name], slices.Clone(record))
	return nil
}

// Replay calls yield for each record that is in the journal at the time of the
// call, oldest first. If yield returns an error, Replay stops and returns it.
func (j *MemoryJournal) Replay(ctx context.Context, yield func(record []byte) error) error {
	if err := ctx.Err(); err != nil {
		return wrap("replay journal", err)
	}
	j.memory.mu.Lock()
	records := slices.Clone(j.memory.journals[j.name])
	j.memory.mu.Unlock()
	for _, record := range records {
		if err := yield(slices.Clone(record)); err != nil {
			return err
		}
	}
	return nil
}

// Rewrite calls change for each record, oldest first, and stores what it returns in
// its place. nil keeps the record. change must not use the store.
func (j *MemoryJournal) Rewrite(ctx context.Context, change func(record []byte) []byte) error {
	j.memory.mu.Lock()
	defer j.memory.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return wrap("rewrite journal", err)
	}
	records := j.memory.journals[j.name]
	for i, record := range records {
		if changed := change(slices.Clone(record)); changed != nil {
			records[i] = slices.Clone(changed)
		}
	}
	return nil
}

// Reset removes all records.
func (j *MemoryJournal) Reset(ctx context.Context) error {
	j.memory.mu.Lock()
	defer j.memory.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return wrap("reset journal", err)
	}
	delete(j.memory.journals, j.name)
	return nil
}
