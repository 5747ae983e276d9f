-- shadow_answers has what channels in shadow mode would have read, by the message
-- (about), without its text: that is in the post, which is kept for less long. vote is 1
-- (right), -1 (wrong) or 0; sealed is who voted, NULL without a vote.

-- +goose Up
CREATE TABLE shadow_answers (
	about     TEXT PRIMARY KEY NOT NULL,
	post      TEXT NOT NULL UNIQUE,
	adapter   TEXT NOT NULL,
	workspace TEXT NOT NULL,
	channel   TEXT NOT NULL,
	result    TEXT NOT NULL,
	entry     TEXT NOT NULL,
	at        INTEGER NOT NULL,
	vote      INTEGER NOT NULL DEFAULT 0,
	voted_at  INTEGER NOT NULL DEFAULT 0,
	sealed    BLOB
) STRICT;
CREATE INDEX shadow_answers_at ON shadow_answers (at);
CREATE INDEX shadow_answers_sums ON shadow_answers (adapter, workspace, channel, result, vote);
CREATE INDEX shadow_answers_votes ON shadow_answers (voted_at) WHERE vote <> 0;

-- The report lists recorded posts among any number of others.
CREATE INDEX posts_shadow ON posts (seq) WHERE state = 'shadow';
