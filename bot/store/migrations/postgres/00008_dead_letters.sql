-- A dropped post with its content is a dead letter. why is the last error, spent
-- the number of attempts after which it was a dead letter for the last time.
-- ready_at is when a post could be sent for the first time.

-- +goose Up
ALTER TABLE posts ADD COLUMN why TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN spent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN ready_at BIGINT NOT NULL DEFAULT 0;

CREATE INDEX posts_dead ON posts (adapter, replaces) WHERE state = 'dropped' AND sealed IS NOT NULL;
