-- Files of the knowledge base that editors saved, with every version. version counts
-- the saves of all files.

-- +goose Up
CREATE TABLE kb_files (
	version INTEGER PRIMARY KEY NOT NULL,
	file    TEXT NOT NULL,
	at      INTEGER NOT NULL,
	sealed  BLOB NOT NULL
) STRICT;
CREATE INDEX kb_files_file ON kb_files (file, version);
