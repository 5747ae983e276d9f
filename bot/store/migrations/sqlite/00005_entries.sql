-- entries has each revision of an entry with which a walkthrough was begun, once.
-- A walkthrough of an earlier version has revision '' and contains its entry.

-- +goose Up
CREATE TABLE entries (
	id       TEXT NOT NULL,
	revision TEXT NOT NULL,
	sealed   BLOB NOT NULL,
	PRIMARY KEY (id, revision)
) STRICT;

ALTER TABLE walkthroughs ADD COLUMN revision TEXT NOT NULL DEFAULT '';

CREATE INDEX walkthroughs_entry ON walkthroughs (entry, revision) WHERE revision <> '';
