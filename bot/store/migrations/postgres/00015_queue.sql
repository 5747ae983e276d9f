-- The outbox is read without the delayed posts that are not due.

-- +goose Up
DROP INDEX posts_due;
CREATE INDEX posts_due ON posts (adapter, delayed, due) WHERE state = 'waiting';
