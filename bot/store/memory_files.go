package store

import (
	"context"
	"slices"
	"time"

	"mabsbot/bot"
)

// Files implements bot.FileStore.
func (m *Memory) Files(ctx context.Context, after int) ([]bot.FileVersion, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []bot.FileVersion
	seen := map[string]bool{}
	for _, f := range slices.Backward(m.files) {
		if f.Version > after && !seen[f.File] {
			all = append(all, f)
		}
		seen[f.File] = true
	}
	slices.Reverse(all)
	return all, wrap("knowledge base files", ctx.Err())
}

// FileHistory implements bot.FileStore.
func (m *Memory) FileHistory(ctx context.Context, file string, before, limit int) ([]bot.FileVersion, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []bot.FileVersion
	for _, f := range slices.Backward(m.files) {
		if f.File == file && (before == 0 || f.Version < before) && len(all) < limit {
			all = append(all, f)
		}
	}
	return all, wrap("knowledge base files", ctx.Err())
}

// SaveFile implements bot.FileStore.
func (m *Memory) SaveFile(ctx context.Context, f bot.FileVersion, latest int, record bot.AuditRecord) (bot.FileVersion, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	err := ctx.Err()
	if last := len(m.files) - 1; err == nil && (last < 0 && latest != 0 || last >= 0 && latest != m.files[last].Version) {
		err = bot.ErrConflict
	}
	if err != nil {
		return bot.FileVersion{}, wrap("save a knowledge base file", err)
	}
	f.Version, f.At = latest+1, time.UnixMilli(m.now().UnixMilli())
	m.files = append(m.files, f)
	record.Object = f.File
	m.addRecord(record)
	return f, nil
}

// pruneFiles removes old versions of a file except the last bot.FileVersionsKept.
func (m *Memory) pruneFiles(now time.Time) {
	later := map[string]int{} // how many versions of a file are later
	for i := len(m.files) - 1; i >= 0; i-- {
		f := m.files[i]
		if later[f.File]++; later[f.File] > bot.FileVersionsKept && f.At.Before(now.Add(-bot.FileHistory)) {
			m.files = slices.Delete(m.files, i, i+1)
		}
	}
}
