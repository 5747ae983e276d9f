-- audit has what users of the console did, apart from changes of settings, which are in
-- setting_changes. object is the ID of what it was done to, or ''. sealed is who did it.

-- +goose Up
CREATE TABLE audit (
	id        TEXT PRIMARY KEY NOT NULL,
	at        INTEGER NOT NULL,
	kind      TEXT NOT NULL,
	adapter   TEXT NOT NULL,
	workspace TEXT NOT NULL,
	channel   TEXT NOT NULL,
	object    TEXT NOT NULL,
	sealed    BLOB NOT NULL
) STRICT;
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_kind ON audit (kind, at, id);
