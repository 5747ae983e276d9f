package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"time"

	"mabsbot/bot"
)

// A storedUnanswered is the sealed part of a bot.Unanswered.
type storedUnanswered struct {
	Why     bot.Miss `json:"why"`
	Text    string   `json:"text"`
	Key     string   `json:"key"`
	Nearest []string `json:"nearest,omitempty"`
}

// A storedMark is the sealed part of a bot.Mark.
type storedMark struct {
	Key   string        `json:"key"`
	State bot.MarkState `json:"state"`
}

// putUnanswered records a message unless its user has enough records of the last hour,
// and removes the oldest records if there are too many.
func (s *SQL) putUnanswered(ctx context.Context, tx *sql.Tx, u *bot.Unanswered, now int64) error {
	if u == nil {
		return nil
	}
	var recent int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM unanswered WHERE adapter = $1 AND asker = $2 AND at > $3`,
		u.Place.Adapter, u.Asker, now-time.Hour.Milliseconds()).Scan(&recent)
	if err != nil || recent >= bot.MaxUnansweredByUser {
		return err
	}
	data, err := encode(storedUnanswered{u.Why, u.Text, u.Key, u.Nearest})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO unanswered (id, adapter, workspace, channel, asker, at, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed`,
		string(u.ID), u.Place.Adapter, u.Place.Workspace, u.Place.Channel, u.Asker, now, s.sealer.seal(data, unansweredRow(u.ID)...))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM unanswered WHERE seq <= (SELECT MAX(seq) FROM unanswered) - $1`, bot.MaxUnanswered)
	return err
}

// unansweredRow and markRow identify the rows that records and marks are sealed for.
func unansweredRow(id bot.QuestionID) []string { return []string{"unanswered", string(id)} }
func markRow(id string) []string               { return []string{"unanswered mark", id} }

// Unanswered implements bot.UnansweredStore.
func (s *SQL) Unanswered(ctx context.Context, limit int) (all []bot.Unanswered, unreadable error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT id, adapter, workspace, channel, asker, at, sealed FROM unanswered ORDER BY seq DESC LIMIT $1`, max(limit, 0))
	if err != nil {
		return nil, s.wrap("unanswered", err)
	}
	defer rows.Close()
	for rows.Next() {
		var u bot.Unanswered
		var at int64
		var sealed []byte
		if err := rows.Scan(&u.ID, &u.Place.Adapter, &u.Place.Workspace, &u.Place.Channel, &u.Asker, &at, &sealed); err != nil {
			return nil, s.wrap("unanswered", err)
		}
		var stored storedUnanswered
		if err := s.unseal(sealed, &stored, unansweredRow(u.ID)...); err != nil {
			unreadable = errors.Join(unreadable, err)
			continue
		}
		u.At, u.Why, u.Text, u.Key, u.Nearest = time.UnixMilli(at), stored.Why, stored.Text, stored.Key, stored.Nearest
		all = append(all, u)
	}
	if err := rows.Err(); err != nil {
		return nil, s.wrap("unanswered", err)
	}
	return all, s.wrap("unanswered", unreadable)
}

// Unrecord implements bot.UnansweredStore. Nearly all edited messages have no record, so
// it looks before it writes.
func (s *SQL) Unrecord(ctx context.Context, message bot.EventID) error {
	id := string(bot.RecordID(message))
	var n int
	err := s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM unanswered WHERE id = $1`, id).Scan(&n)
	if err == nil && n > 0 {
		err = s.exec(ctx, `DELETE FROM unanswered WHERE id = $1`, id)
	}
	return s.wrap("unrecord", err)
}

// SetMark implements bot.UnansweredStore.
func (s *SQL) SetMark(ctx context.Context, key string, state bot.MarkState) error {
	return s.update(ctx, "set mark", func(tx *sql.Tx) error {
		now, err := s.lock(ctx, tx, locks{})
		if err != nil {
			return err
		}
		marks, ids, err := s.marks(tx.QueryContext(ctx, selectMarks))
		if err != nil && !errors.Is(err, bot.ErrUnreadable) {
			return err
		}
		for i, m := range marks {
			if m.Key != key {
				continue
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM unanswered_marks WHERE id = $1`, ids[i]); err != nil {
				return err
			}
		}
		if state == "" {
			return nil
		}
		data, err := encode(storedMark{key, state})
		if err != nil {
			return err
		}
		id := rand.Text()
		if _, err := tx.ExecContext(ctx, `INSERT INTO unanswered_marks (id, at, sealed) VALUES ($1, $2, $3)`, id, now, s.sealer.seal(data, markRow(id)...)); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			DELETE FROM unanswered_marks WHERE id NOT IN (SELECT id FROM unanswered_marks ORDER BY at DESC, id LIMIT $1)`, bot.MaxMarks)
		return err
	})
}

const selectMarks = `SELECT id, at, sealed FROM unanswered_marks ORDER BY at DESC, id`

// Marks implements bot.UnansweredStore.
func (s *SQL) Marks(ctx context.Context) ([]bot.Mark, error) {
	marks, _, err := s.marks(s.read.QueryContext(ctx, selectMarks))
	return marks, s.wrap("marks", err)
}

// marks reads the rows of selectMarks. It returns the readable marks with their IDs, and
// an error about the others.
func (s *SQL) marks(rows *sql.Rows, err error) (all []bot.Mark, ids []string, unreadable error) {
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var at int64
		var sealed []byte
		if err := rows.Scan(&id, &at, &sealed); err != nil {
			return nil, nil, err
		}
		var stored storedMark
		if err := s.unseal(sealed, &stored, markRow(id)...); err != nil {
			unreadable = errors.Join(unreadable, err)
			continue
		}
		all, ids = append(all, bot.Mark{Key: stored.Key, State: stored.State, At: time.UnixMilli(at)}), append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	return all, ids, unreadable
}

// Asked implements bot.UnansweredStore.
func (s *SQL) Asked(ctx context.Context, since time.Time, limit int) (all []bot.Walkthrough, unreadable error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT adapter, workspace, channel, root, version, entry, sealed FROM walkthroughs
		WHERE status <> 'case' AND case_number = 0 AND changed_at >= $1 ORDER BY changed_at DESC LIMIT $2`, since.UnixMilli(), max(limit, 0))
	if err != nil {
		return nil, s.wrap("asked", err)
	}
	defer rows.Close()
	for rows.Next() {
		var t bot.Thread
		var version int
		var entry string
		var sealed []byte
		if err := rows.Scan(&t.Adapter, &t.Workspace, &t.Channel, &t.Root, &version, &entry, &sealed); err != nil {
			return nil, s.wrap("asked", err)
		}
		data, err := s.sealer.open(sealed, walkthroughRow(t, version)...)
		var w bot.Walkthrough
		if err == nil {
			w, _, err = decodeWalkthrough(data, t, version)
		}
		if err != nil {
			unreadable = errors.Join(unreadable, err)
			continue
		}
		all = append(all, w.WithEntry(entry))
	}
	if err := rows.Err(); err != nil {
		return nil, s.wrap("asked", err)
	}
	return all, s.wrap("asked", unreadable)
}
