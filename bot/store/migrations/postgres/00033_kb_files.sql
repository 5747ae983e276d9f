-- Files of the knowledge base that editors saved, with every version. version counts
-- the saves of all files.

-- +goose Up
CREATE TABLE kb_files (
	version BIGINT PRIMARY KEY,
	file    TEXT COLLATE "C" NOT NULL,
	at      BIGINT NOT NULL,
	sealed  BYTEA NOT NULL
);
CREATE INDEX kb_files_file ON kb_files (file, version);
