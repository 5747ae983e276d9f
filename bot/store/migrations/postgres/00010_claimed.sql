-- The index counts the claimed posts of a channel without reading those that wait.

-- +goose Up
CREATE INDEX posts_claimed ON posts (adapter, workspace, channel) WHERE state = 'waiting' AND claimed_until > 0;
