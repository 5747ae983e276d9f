-- incident_reports has which messages report which errors in channels, without their
-- texts. alert is 1 for those of a bot. at is the time of the event.
-- incidents has the errors that several people report. root is that of the note, which
-- is in the channel.

-- +goose Up
CREATE TABLE incident_reports (
	id        TEXT COLLATE "C" PRIMARY KEY NOT NULL,
	adapter   TEXT COLLATE "C" NOT NULL,
	workspace TEXT COLLATE "C" NOT NULL,
	channel   TEXT COLLATE "C" NOT NULL,
	entry     TEXT COLLATE "C" NOT NULL,
	root      TEXT COLLATE "C" NOT NULL,
	asker     TEXT COLLATE "C" NOT NULL,
	alert     BIGINT NOT NULL,
	about     TEXT COLLATE "C" NOT NULL,
	at        BIGINT NOT NULL
);
CREATE INDEX incident_reports_place ON incident_reports (adapter, workspace, channel, entry, at);
CREATE INDEX incident_reports_about ON incident_reports (about);
CREATE INDEX incident_reports_at ON incident_reports (at);

CREATE TABLE incidents (
	adapter   TEXT COLLATE "C" NOT NULL,
	workspace TEXT COLLATE "C" NOT NULL,
	channel   TEXT COLLATE "C" NOT NULL,
	entry     TEXT COLLATE "C" NOT NULL,
	version   BIGINT NOT NULL,
	root      TEXT COLLATE "C" NOT NULL,
	at        BIGINT NOT NULL,
	sealed    BYTEA NOT NULL,
	PRIMARY KEY (adapter, workspace, channel, entry)
);
CREATE INDEX incidents_at ON incidents (at);
