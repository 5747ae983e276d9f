-- incident_reports has which messages report which errors in channels, without their
-- texts. alert is 1 for those of a bot. at is the time of the event.
-- incidents has the errors that several people report. root is that of the note, which
-- is in the channel.

-- +goose Up
CREATE TABLE incident_reports (
	id        TEXT PRIMARY KEY NOT NULL,
	adapter   TEXT NOT NULL,
	workspace TEXT NOT NULL,
	channel   TEXT NOT NULL,
	entry     TEXT NOT NULL,
	root      TEXT NOT NULL,
	asker     TEXT NOT NULL,
	alert     INTEGER NOT NULL,
	about     TEXT NOT NULL,
	at        INTEGER NOT NULL
) STRICT;
CREATE INDEX incident_reports_place ON incident_reports (adapter, workspace, channel, entry, at);
CREATE INDEX incident_reports_about ON incident_reports (about);
CREATE INDEX incident_reports_at ON incident_reports (at);

CREATE TABLE incidents (
	adapter   TEXT NOT NULL,
	workspace TEXT NOT NULL,
	channel   TEXT NOT NULL,
	entry     TEXT NOT NULL,
	version   INTEGER NOT NULL,
	root      TEXT NOT NULL,
	at        INTEGER NOT NULL,
	sealed    BLOB NOT NULL,
	PRIMARY KEY (adapter, workspace, channel, entry)
) STRICT;
CREATE INDEX incidents_at ON incidents (at);
