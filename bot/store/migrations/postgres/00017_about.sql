-- about is the message that led to a post, by which its content, and what its thread
-- keeps, are removed with the message. erased is 1 for a waiting post whose message was deleted: it
-- does not become a dead letter.
--
-- key_changes counts the changes of the key. A transaction that waited for one sees it
-- at once, because a sequence has no versions: see SQL.lock.

-- +goose Up
ALTER TABLE posts ADD COLUMN about TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN erased BIGINT NOT NULL DEFAULT 0;

CREATE INDEX posts_about ON posts (about) WHERE about <> '';

CREATE SEQUENCE key_changes;
SELECT setval('key_changes', 1);
