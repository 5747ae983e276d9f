-- What a platform was told is received, and is not handled yet. dead is 1 for
-- what could not be read and is kept for people.

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
