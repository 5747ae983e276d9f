-- Payloads that were acknowledged to a platform and are not handled yet. dead is
-- 1 for a dead letter.

-- +goose Up
CREATE TABLE inbox (
	seq    INTEGER PRIMARY KEY AUTOINCREMENT,
	name   TEXT NOT NULL,
	key    TEXT NOT NULL,
	dead   INTEGER NOT NULL,
	at     INTEGER NOT NULL,
	sealed BLOB NOT NULL,
	UNIQUE (name, key)
) STRICT;
