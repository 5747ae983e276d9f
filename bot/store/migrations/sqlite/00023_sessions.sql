-- The logins of the console that are valid. key is a hash of what the browser has.

-- +goose Up
CREATE TABLE sessions (
	key         TEXT PRIMARY KEY NOT NULL,
	valid_until INTEGER NOT NULL
) STRICT;
