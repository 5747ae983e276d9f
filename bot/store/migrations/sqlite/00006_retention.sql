-- daily counts the removed walkthroughs by the day (UTC, counted from 1970) on which
-- they were begun, and by how they ended. case_numbers has the highest number of
-- the removed cases, because numbers are not used again.

-- +goose Up
CREATE TABLE daily (
	day       INTEGER NOT NULL,
	adapter   TEXT NOT NULL,
	workspace TEXT NOT NULL,
	entry     TEXT NOT NULL,
	status    TEXT NOT NULL,
	n         INTEGER NOT NULL,
	PRIMARY KEY (day, adapter, workspace, entry, status)
) STRICT;

CREATE TABLE case_numbers (
	adapter   TEXT NOT NULL,
	workspace TEXT NOT NULL,
	highest   INTEGER NOT NULL,
	PRIMARY KEY (adapter, workspace)
) STRICT;

CREATE INDEX walkthroughs_idle ON walkthroughs (changed_at) WHERE status IN ('choosing', 'walking', 'unmatched', 'quiet');
CREATE INDEX walkthroughs_changed ON walkthroughs (changed_at) WHERE status <> 'case';
CREATE INDEX posts_kept ON posts (changed_at) WHERE kept = 1;
