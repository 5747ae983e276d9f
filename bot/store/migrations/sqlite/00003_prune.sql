-- Indexes with which Prune reads only rows that it may delete. kept is 1 for a
-- sent, dropped or shadow post that Prune has read and keeps because its thread
-- has a walkthrough.

-- +goose Up
ALTER TABLE posts ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;

CREATE INDEX posts_settled ON posts (changed_at) WHERE state <> 'waiting' AND kept = 0;
CREATE INDEX posts_replaced ON posts (replaces) WHERE state = 'waiting';
CREATE INDEX events_at ON events (at);
CREATE INDEX inbox_dead ON inbox (at) WHERE dead = 1;
