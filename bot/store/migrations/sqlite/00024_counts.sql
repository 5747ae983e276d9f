-- counts has how often something happened on a day (UTC, counted from 1970), without
-- users. slot spreads what happens at the same time over several rows. asked_at is
-- when the question was written to which a post is the first answer (Unix time in
-- milliseconds), or 0.

-- +goose Up
CREATE TABLE counts (
	kind      TEXT NOT NULL,
	day       INTEGER NOT NULL,
	adapter   TEXT NOT NULL,
	workspace TEXT NOT NULL,
	entry     TEXT NOT NULL,
	detail    TEXT NOT NULL,
	slot      INTEGER NOT NULL,
	n         INTEGER NOT NULL,
	PRIMARY KEY (kind, adapter, entry, detail, day, workspace, slot)
) STRICT, WITHOUT ROWID;

ALTER TABLE posts ADD COLUMN asked_at INTEGER NOT NULL DEFAULT 0;
