-- What decides the order in which posts are sent: recipient is the ID of the user
-- that a post is for, urgent is 1 if a user waits for it at a button or command,
-- and private is 1 if only the recipient sees it.

-- +goose Up
ALTER TABLE posts ADD COLUMN recipient TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN private INTEGER NOT NULL DEFAULT 0;
