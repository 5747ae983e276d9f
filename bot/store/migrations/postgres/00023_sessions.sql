-- The logins of the console that are valid. key is a hash of what the browser has.

-- +goose Up
CREATE TABLE sessions (
	key         TEXT COLLATE "C" PRIMARY KEY,
	valid_until BIGINT NOT NULL
);
