-- counts has how often something happened on a day (UTC, counted from 1970), without
-- users. slot spreads what happens at the same time over several rows. asked_at is
-- when the question was written to which a post is the first answer (Unix time in
-- milliseconds), or 0.

-- +goose Up
CREATE TABLE counts (
	kind      TEXT COLLATE "C" NOT NULL,
	day       BIGINT NOT NULL,
	adapter   TEXT COLLATE "C" NOT NULL,
	workspace TEXT COLLATE "C" NOT NULL,
	entry     TEXT COLLATE "C" NOT NULL,
	detail    TEXT COLLATE "C" NOT NULL,
	slot      BIGINT NOT NULL,
	n         BIGINT NOT NULL,
	PRIMARY KEY (kind, adapter, entry, detail, day, workspace, slot)
);

ALTER TABLE posts ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;
