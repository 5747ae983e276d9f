package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"mabsbot/bot"
)

// A walkthrough holds the entry as of its start, of 18 kB on average, and many
// walkthroughs are of the same entry. So each revision of an entry is stored
// once, and a walkthrough refers to it.

// A storedWalkthrough is the stored form of a walkthrough whose entry is in the
// table of entries. Walkthroughs of earlier versions contain Entry, and so do
// those whose entry has no revision.
type storedWalkthrough struct {
	bot.Walkthrough
	EntryID string `json:"entry_id,omitempty"`
}

// selectWalkthroughs selects the columns for scanWalkthrough. An entry that is no
// longer used may be deleted at any time, so it is read by the same query.
const selectWalkthroughs = `
	SELECT w.adapter, w.workspace, w.channel, w.root, w.version, w.sealed, e.sealed
	FROM walkthroughs w LEFT JOIN entries e ON w.revision <> '' AND e.id = w.entry AND e.revision = w.revision `

// scanWalkthrough reads a row of selectWalkthroughs. Of an unreadable walkthrough it
// returns the thread and version.
func (s *SQL) scanWalkthrough(scan func(into ...any) error) (bot.Walkthrough, error) {
	var t bot.Thread
	var version int
	var sealed, entry []byte
	if err := scan(&t.Adapter, &t.Workspace, &t.Channel, &t.Root, &version, &sealed, &entry); err != nil {
		return bot.Walkthrough{}, err
	}
	damaged := bot.Walkthrough{Thread: t, Version: version}
	data, err := s.sealer.open(sealed, walkthroughRow(t, version)...)
	if err != nil {
		return damaged, err
	}
	w, id, err := decodeWalkthrough(data, t, version)
	if err != nil {
		return damaged, err
	}
	if id == "" {
		return w, nil
	}
	if data, err = s.sealer.open(entry, entryRow(id, w.Revision)...); err != nil {
		return damaged, err
	}
	if err := json.Unmarshal(data, &w.Entry); err != nil {
		return damaged, fmt.Errorf("%w: decode entry %s %s: %w", bot.ErrUnreadable, id, w.Revision, err)
	}
	w.Entry.Revision = w.Revision // not in the JSON form of an entry
	return w, nil
}

// scanWalkthroughs reads the rows of selectWalkthroughs. It returns the readable
// walkthroughs, and an error about the others.
func (s *SQL) scanWalkthroughs(rows *sql.Rows) (all []bot.Walkthrough, unreadable error) {
	defer rows.Close()
	for rows.Next() {
		w, err := s.scanWalkthrough(rows.Scan)
		if errors.Is(err, bot.ErrUnreadable) {
			unreadable = errors.Join(unreadable, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return all, unreadable
}

// encodeWalkthrough stores the entry of a walkthrough, and returns the encoded
// walkthrough and the revision to which it refers.
func (s *SQL) encodeWalkthrough(ctx context.Context, tx *sql.Tx, w bot.Walkthrough) (data []byte, revision string, err error) {
	stored := storedWalkthrough{Walkthrough: w}
	if w.Entry != nil && w.Revision != "" {
		if err := s.putEntry(ctx, tx, w); err != nil {
			return nil, "", err
		}
		stored.Entry, stored.EntryID, revision = nil, w.Entry.ID, w.Revision
	}
	data, err = encode(stored)
	return data, revision, err
}

// putEntry stores the entry of a walkthrough unless it is stored. A revision
// identifies the content.
func (s *SQL) putEntry(ctx context.Context, tx *sql.Tx, w bot.Walkthrough) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM entries WHERE id = $1 AND revision = $2`, w.Entry.ID, w.Revision).Scan(&n)
	if err != nil || n > 0 {
		return err
	}
	data, err := encode(w.Entry)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO entries (id, revision, sealed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		w.Entry.ID, w.Revision, s.sealer.seal(data, entryRow(w.Entry.ID, w.Revision)...))
	return err
}

// entryRow identifies the row that an entry is sealed for.
func entryRow(id, revision string) []string { return []string{"entry", id, revision} }
