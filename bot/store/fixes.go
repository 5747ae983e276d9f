package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"mabsbot/bot"
)

// A storedFix is the sealed part of a bot.Fix.
type storedFix struct {
	Text     string `json:"text"`
	Question string `json:"question,omitempty"`
	Name     string `json:"name,omitempty"` // of who says it
}

// fixRow identifies the row that a fix is sealed for.
func fixRow(id bot.FixID) []string { return []string{"fix", string(id)} }

// sealFix encrypts the text of a fix.
func (s *SQL) sealFix(f bot.Fix) ([]byte, error) {
	data, err := encode(storedFix{f.Text, f.Question, f.By.Name})
	if err != nil {
		return nil, err
	}
	return s.sealer.seal(data, fixRow(f.ID)...), nil
}

// putFix records a fix unless one with its ID is recorded, and removes the oldest if there
// are too many.
func (s *SQL) putFix(ctx context.Context, tx *sql.Tx, f *bot.Fix, now int64) error {
	if f == nil {
		return nil
	}
	sealed, err := s.sealFix(*f)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO fixes (adapter, workspace, channel, root, id, author, entry, of, asker, state, at, sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO NOTHING`,
		threadArgs(f.Thread, string(f.ID), f.By.ID, f.Entry, string(f.Of), f.Asker, string(f.State), now, sealed)...)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM fixes WHERE seq <= (SELECT MAX(seq) FROM fixes) - $1`, bot.MaxFixes)
	return err
}

const selectFixes = `SELECT adapter, workspace, channel, root, id, author, entry, of, asker, state, at, sealed FROM fixes `

// fixes reads the rows of selectFixes. It returns the readable ones, and an error about the
// others.
func (s *SQL) fixes(rows *sql.Rows, err error) (all []bot.Fix, unreadable error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var f bot.Fix
		var at int64
		var sealed []byte
		if err := rows.Scan(&f.Thread.Adapter, &f.Thread.Workspace, &f.Thread.Channel, &f.Thread.Root,
			&f.ID, &f.By.ID, &f.Entry, &f.Of, &f.Asker, &f.State, &at, &sealed); err != nil {
			return nil, err
		}
		var stored storedFix
		if err := s.unseal(sealed, &stored, fixRow(f.ID)...); err != nil {
			unreadable = errors.Join(unreadable, err)
			continue
		}
		f.At, f.Text, f.Question, f.By.Name = time.UnixMilli(at), stored.Text, stored.Question, stored.Name
		all = append(all, f)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return all, unreadable
}

// Fixes implements bot.FixStore.
func (s *SQL) Fixes(ctx context.Context, limit int) ([]bot.Fix, error) {
	all, err := s.fixes(s.read.QueryContext(ctx, selectFixes+`ORDER BY seq DESC LIMIT $1`, max(limit, 0)))
	return all, s.wrap("fixes", err)
}

// fixesAbout is true for fixes that the message with the FixIDOf $1 and the RecordID $2
// is, or whose question it is.
const fixesAbout = `(id = $1 OR of = $2)`

func aboutArgs(message bot.EventID) []any {
	return []any{string(bot.FixIDOf(message)), string(bot.RecordID(message))}
}

// FixesAbout implements bot.FixStore.
func (s *SQL) FixesAbout(ctx context.Context, message bot.EventID) ([]bot.Fix, error) {
	all, err := s.fixes(s.read.QueryContext(ctx, selectFixes+`WHERE `+fixesAbout+` ORDER BY seq`, aboutArgs(message)...))
	return all, s.wrap("fixes", err)
}

// ReviseFix implements bot.FixStore.
func (s *SQL) ReviseFix(ctx context.Context, fix bot.Fix) error {
	return s.update(ctx, "revise fix", func(tx *sql.Tx) error {
		if _, err := s.lock(ctx, tx, locks{}); err != nil {
			return err
		}
		return s.changeFixes(ctx, tx, `id = $1`, []any{string(fix.ID)}, func(f *bot.Fix) {
			f.Text = fix.Text
			if f.Of == fix.Of { // otherwise the question was deleted meanwhile
				f.Question = fix.Question
			}
		})
	})
}

// changeFixes changes the texts and users of the fixes for which a condition is true, apart
// from those that cannot be read. No one else changes them meanwhile.
func (s *SQL) changeFixes(ctx context.Context, tx *sql.Tx, where string, args []any, change func(*bot.Fix)) error {
	query := selectFixes + `WHERE ` + where
	if s.postgres {
		query += ` FOR UPDATE`
	}
	all, err := s.fixes(tx.QueryContext(ctx, query, args...))
	if err != nil && !errors.Is(err, bot.ErrUnreadable) {
		return err
	}
	for _, f := range all {
		change(&f)
		sealed, err := s.sealFix(f)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE fixes SET author = $2, of = $3, asker = $4, sealed = $5 WHERE id = $1`,
			string(f.ID), f.By.ID, string(f.Of), f.Asker, sealed); err != nil {
			return err
		}
	}
	return nil
}

// eraseFixes removes what is recorded of a message.
func (s *SQL) eraseFixes(ctx context.Context, tx *sql.Tx, message bot.EventID) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM fixes WHERE id = $1`, string(bot.FixIDOf(message))); err != nil {
		return err
	}
	return s.changeFixes(ctx, tx, `of = $1`, []any{string(bot.RecordID(message))}, withoutQuestion)
}

// forgetFixes removes a user from the fixes.
func (s *SQL) forgetFixes(ctx context.Context, tx *sql.Tx, adapter, user string) error {
	args := []any{adapter, user}
	for _, column := range []struct {
		name   string
		change func(*bot.Fix)
	}{{"asker", withoutQuestion}, {"author", withoutAuthor}} {
		of := ` adapter = $1 AND ` + column.name + ` = $2`
		if err := s.changeFixes(ctx, tx, of, args, column.change); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE fixes SET `+column.name+` = '' WHERE`+of, args...); err != nil { // those that cannot be read
			return err
		}
	}
	return nil
}

func withoutQuestion(f *bot.Fix) { f.Question, f.Of, f.Asker = "", "", "" }
func withoutAuthor(f *bot.Fix)   { f.By = bot.User{} }

// SetFix implements bot.FixStore.
func (s *SQL) SetFix(ctx context.Context, id bot.FixID, state bot.FixState) error {
	return s.update(ctx, "set fix", func(tx *sql.Tx) error {
		if _, err := s.lock(ctx, tx, locks{}); err != nil {
			return err
		}
		return execOne(ctx, tx, bot.ErrNoFix, `UPDATE fixes SET state = $2 WHERE id = $1`, string(id), string(state))
	})
}

// OpenFixes implements bot.FixStore.
func (s *SQL) OpenFixes(ctx context.Context) (map[string]int, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT adapter, COUNT(*) FROM fixes WHERE state = '' GROUP BY adapter`)
	if err != nil {
		return nil, s.wrap("open fixes", err)
	}
	defer rows.Close()
	all := map[string]int{}
	for rows.Next() {
		var adapter string
		var n int
		if err := rows.Scan(&adapter, &n); err != nil {
			return nil, s.wrap("open fixes", err)
		}
		all[adapter] = n
	}
	return all, s.wrap("open fixes", rows.Err())
}
