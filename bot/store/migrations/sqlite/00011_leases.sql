-- A lease belongs to one holder at a time, until a time. term counts the holders.

-- +goose Up
CREATE TABLE leases (
	name       TEXT PRIMARY KEY NOT NULL,
	holder     TEXT NOT NULL,
	term       INTEGER NOT NULL,
	held_until INTEGER NOT NULL
) STRICT;
