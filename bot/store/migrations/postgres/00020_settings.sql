-- What administrators set for a channel by chat, as JSON without users. version
-- counts the changes of all channels. A reset leaves a row, so that others see it.
-- setting_changes are the audit records.

-- +goose Up
CREATE TABLE channel_settings (
	adapter   TEXT COLLATE "C" NOT NULL,
	workspace TEXT COLLATE "C" NOT NULL,
	channel   TEXT COLLATE "C" NOT NULL,
	version   BIGINT NOT NULL UNIQUE,
	settings  TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (adapter, workspace, channel)
);
CREATE TABLE setting_changes (
	version   BIGINT PRIMARY KEY,
	at        BIGINT NOT NULL,
	adapter   TEXT COLLATE "C" NOT NULL,
	workspace TEXT COLLATE "C" NOT NULL,
	channel   TEXT COLLATE "C" NOT NULL,
	sealed    BYTEA NOT NULL
);
CREATE INDEX setting_changes_at ON setting_changes (at);
CREATE INDEX setting_changes_channel ON setting_changes (adapter, workspace, channel, version);
