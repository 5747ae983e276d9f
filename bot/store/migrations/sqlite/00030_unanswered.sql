-- unanswered has messages that the bot could not answer, redacted. channel is '' if only the
-- asker could read it.
-- unanswered_marks says which of them operators have dealt with.

-- +goose Up
CREATE TABLE unanswered (
	seq       INTEGER PRIMARY KEY AUTOINCREMENT,
	id        TEXT NOT NULL UNIQUE,
	adapter   TEXT NOT NULL,
	workspace TEXT NOT NULL,
	channel   TEXT NOT NULL,
	asker     TEXT NOT NULL,
	at        INTEGER NOT NULL,
	sealed    BLOB NOT NULL
) STRICT;
CREATE INDEX unanswered_asker ON unanswered (adapter, asker, at);
CREATE INDEX unanswered_at ON unanswered (at);

CREATE TABLE unanswered_marks (
	id     TEXT PRIMARY KEY,
	at     INTEGER NOT NULL,
	sealed BLOB NOT NULL
) STRICT;
