-- What administrators set for a channel by chat, as JSON without users. version
-- counts the changes of all channels. A reset leaves a row, so that others see it.
-- setting_changes are the audit records.

-- +goose Up
CREATE TABLE channel_settings (
	adapter   TEXT NOT NULL,
	workspace TEXT NOT NULL,
	channel   TEXT NOT NULL,
	version   INTEGER NOT NULL UNIQUE,
	settings  TEXT NOT NULL,
	PRIMARY KEY (adapter, workspace, channel)
) STRICT;
CREATE TABLE setting_changes (
	version   INTEGER PRIMARY KEY NOT NULL,
	at        INTEGER NOT NULL,
	adapter   TEXT NOT NULL,
	workspace TEXT NOT NULL,
	channel   TEXT NOT NULL,
	sealed    BLOB NOT NULL
) STRICT;
CREATE INDEX setting_changes_at ON setting_changes (at);
CREATE INDEX setting_changes_channel ON setting_changes (adapter, workspace, channel, version);
