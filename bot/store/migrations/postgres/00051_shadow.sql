-- shadow_answers has what channels in shadow mode would have read, by the message
-- (about), without its text: that is in the post, which is kept for less long. vote is 1
-- (right), -1 (wrong) or 0; sealed is who voted, NULL without a vote.

-- +goose Up
CREATE TABLE shadow_answers (
	about     TEXT COLLATE "C" PRIMARY KEY NOT NULL,
	post      TEXT COLLATE "C" NOT NULL UNIQUE,
	adapter   TEXT COLLATE "C" NOT NULL,
	workspace TEXT COLLATE "C" NOT NULL,
	channel   TEXT COLLATE "C" NOT NULL,
	result    TEXT COLLATE "C" NOT NULL,
	entry     TEXT COLLATE "C" NOT NULL,
	at        BIGINT NOT NULL,
	vote      BIGINT NOT NULL DEFAULT 0,
	voted_at  BIGINT NOT NULL DEFAULT 0,
	sealed    BYTEA
);
CREATE INDEX shadow_answers_at ON shadow_answers (at);
CREATE INDEX shadow_answers_sums ON shadow_answers (adapter, workspace, channel, result, vote);
CREATE INDEX shadow_answers_votes ON shadow_answers (voted_at) WHERE vote <> 0;

-- The report lists recorded posts among any number of others.
CREATE INDEX posts_shadow ON posts (seq) WHERE state = 'shadow';
