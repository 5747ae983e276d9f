-- A lease belongs to one holder at a time, until a time. term counts the holders.

-- +goose Up
CREATE TABLE leases (
	name       TEXT COLLATE "C" PRIMARY KEY,
	holder     TEXT COLLATE "C" NOT NULL,
	term       BIGINT NOT NULL,
	held_until BIGINT NOT NULL
);
