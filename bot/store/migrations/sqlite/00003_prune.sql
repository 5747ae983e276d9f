-- What Prune looks for, so that it reads nothing else. kept is 1 for a sent,
-- dropped or shadow post whose thread has a walkthrough: it stays as long as
-- that, and Prune has seen it.

-- +goose Up
ALTER TABLE posts ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;

CREATE INDEX posts_settled ON posts (changed_at) WHERE state <> 'waiting' AND kept = 0;
CREATE INDEX posts_replaced ON posts (replaces) WHERE state = 'waiting';
CREATE INDEX events_at ON events (at);
CREATE INDEX inbox_dead ON inbox (at) WHERE dead = 1;
