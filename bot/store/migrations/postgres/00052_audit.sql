-- audit has what users of the console did, apart from changes of settings, which are in
-- setting_changes. object is the ID of what it was done to, or ''. sealed is who did it.

-- +goose Up
CREATE TABLE audit (
	id        TEXT COLLATE "C" PRIMARY KEY NOT NULL,
	at        BIGINT NOT NULL,
	kind      TEXT COLLATE "C" NOT NULL,
	adapter   TEXT COLLATE "C" NOT NULL,
	workspace TEXT COLLATE "C" NOT NULL,
	channel   TEXT COLLATE "C" NOT NULL,
	object    TEXT COLLATE "C" NOT NULL,
	sealed    BYTEA NOT NULL
);
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_kind ON audit (kind, at, id);
