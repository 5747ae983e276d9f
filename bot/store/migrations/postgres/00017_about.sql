-- about is the message that led to a post, by which its content, and what its thread
-- keeps, are removed with the message. erased is 1 for a waiting post whose message was deleted: it
-- does not become a dead letter.

-- +goose Up
ALTER TABLE posts ADD COLUMN about TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN erased BIGINT NOT NULL DEFAULT 0;

CREATE INDEX posts_about ON posts (about) WHERE about <> '';
