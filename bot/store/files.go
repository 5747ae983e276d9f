package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"mabsbot/bot"
)

// A storedFile is the sealed part of a bot.FileVersion. Examples of an entry may quote
// people, and By names one.
type storedFile struct {
	From    int    `json:"from,omitempty"`
	Content string `json:"content,omitempty"`
	Removed bool   `json:"removed,omitempty"`
	By      string `json:"by,omitempty"`
}

// fileRow identifies the row that a version of a file is sealed for.
func fileRow(version int, file string) []string {
	return []string{"kb file", strconv.Itoa(version), file}
}

// Files implements bot.FileStore. Almost always it reads the end of an index.
func (s *SQL) Files(ctx context.Context, after int) ([]bot.FileVersion, error) {
	return s.fileVersions(s.read.QueryContext(ctx, `
		SELECT version, file, at, sealed FROM kb_files f WHERE version > $1
			AND NOT EXISTS (SELECT 1 FROM kb_files n WHERE n.file = f.file AND n.version > f.version) ORDER BY version`, after))
}

// FileHistory implements bot.FileStore.
func (s *SQL) FileHistory(ctx context.Context, file string, before, limit int) ([]bot.FileVersion, error) {
	return s.fileVersions(s.read.QueryContext(ctx, `
		SELECT version, file, at, sealed FROM kb_files WHERE file = $1 AND (version < $2 OR $2 = 0) ORDER BY version DESC LIMIT $3`,
		file, before, max(limit, 0)))
}

// fileVersions reads the result of a query.
func (s *SQL) fileVersions(rows *sql.Rows, err error) (all []bot.FileVersion, unreadable error) {
	if err != nil {
		return nil, s.wrap("knowledge base files", err)
	}
	defer rows.Close()
	for rows.Next() {
		var f bot.FileVersion
		var at int64
		var sealed []byte
		if err := rows.Scan(&f.Version, &f.File, &at, &sealed); err != nil {
			return nil, s.wrap("knowledge base files", err)
		}
		f.At = time.UnixMilli(at)
		var stored storedFile
		if err := s.unseal(sealed, &stored, fileRow(f.Version, f.File)...); err != nil {
			unreadable = errors.Join(unreadable, err)
			stored = storedFile{Removed: true}
		}
		f.From, f.Content, f.Removed, f.By = stored.From, stored.Content, stored.Removed, stored.By
		all = append(all, f)
	}
	if err := rows.Err(); err != nil {
		return nil, s.wrap("knowledge base files", err)
	}
	return all, s.wrap("knowledge base files", unreadable)
}

// SaveFile implements bot.FileStore. On PostgreSQL, where others run at the same time,
// the second of two with the same version waits for the first and then inserts nothing.
func (s *SQL) SaveFile(ctx context.Context, f bot.FileVersion, latest int, record bot.AuditRecord) (bot.FileVersion, error) {
	f.Version = latest + 1
	data, err := encode(storedFile{From: f.From, Content: f.Content, Removed: f.Removed, By: f.By})
	if err != nil {
		return bot.FileVersion{}, s.wrap("save a knowledge base file", err)
	}
	err = s.updateOnce(ctx, "save a knowledge base file", func(tx *sql.Tx) error {
		now, err := s.lock(ctx, tx, locks{})
		if err != nil {
			return err
		}
		var last int
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM kb_files`).Scan(&last); err != nil {
			return err
		}
		if last != latest {
			return bot.ErrConflict
		}
		f.At = time.UnixMilli(now)
		err = execOne(ctx, tx, bot.ErrConflict, `INSERT INTO kb_files (version, file, at, sealed) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			f.Version, f.File, now, s.sealer.seal(data, fileRow(f.Version, f.File)...))
		if err != nil {
			return err
		}
		record.Object = f.File
		return s.record(ctx, tx, now, record)
	})
	if err != nil {
		return bot.FileVersion{}, err
	}
	return f, nil
}
