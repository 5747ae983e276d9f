-- fixes has what people say solved an error, redacted. channel and root are '' if only one
-- person and the bot could read the thread. of is the ID of the record of the question, and
-- asker its user; author is who says it. They are '' if that is not known, or forgotten.

-- +goose Up
CREATE TABLE fixes (
	seq       INTEGER PRIMARY KEY AUTOINCREMENT,
	id        TEXT NOT NULL UNIQUE,
	adapter   TEXT NOT NULL,
	workspace TEXT NOT NULL,
	channel   TEXT NOT NULL,
	root      TEXT NOT NULL,
	author    TEXT NOT NULL,
	entry     TEXT NOT NULL,
	of        TEXT NOT NULL,
	asker     TEXT NOT NULL,
	state     TEXT NOT NULL,
	at        INTEGER NOT NULL,
	sealed    BLOB NOT NULL
) STRICT;
CREATE INDEX fixes_of ON fixes (of) WHERE of <> '';
CREATE INDEX fixes_at ON fixes (at);
