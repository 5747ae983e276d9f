-- Times are Unix times in milliseconds. Columns named sealed are encrypted; all
-- others hold IDs, states, times and versions in clear text.

-- +goose Up
CREATE TABLE key_check (
	id     INTEGER PRIMARY KEY CHECK (id = 1),
	sealed BLOB NOT NULL
) STRICT;

CREATE TABLE events (
	id TEXT PRIMARY KEY,
	at INTEGER NOT NULL
) STRICT;

CREATE TABLE walkthroughs (
	adapter    TEXT NOT NULL,
	workspace  TEXT NOT NULL,
	channel    TEXT NOT NULL,
	root       TEXT NOT NULL,
	version    INTEGER NOT NULL,
	status     TEXT NOT NULL,
	entry      TEXT NOT NULL,
	private    INTEGER NOT NULL,
	asker      TEXT NOT NULL,
	begun_at   INTEGER NOT NULL,
	changed_at INTEGER NOT NULL,
	sealed     BLOB NOT NULL,
	PRIMARY KEY (adapter, workspace, channel, root)
) STRICT;

CREATE INDEX walkthroughs_begun ON walkthroughs (adapter, workspace, channel, entry, begun_at);
CREATE INDEX walkthroughs_asker ON walkthroughs (adapter, workspace, asker, changed_at);

-- sealed is NULL once the post is sent or dropped.
CREATE TABLE posts (
	seq           INTEGER PRIMARY KEY AUTOINCREMENT,
	id            TEXT NOT NULL UNIQUE,
	adapter       TEXT NOT NULL,
	workspace     TEXT NOT NULL,
	channel       TEXT NOT NULL,
	root          TEXT NOT NULL,
	opens         INTEGER NOT NULL,
	delayed       INTEGER NOT NULL,
	replaces      TEXT NOT NULL,
	state         TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dropped', 'shadow')),
	due           INTEGER NOT NULL,
	claimed_until INTEGER NOT NULL,
	attempt       INTEGER NOT NULL,
	ref           TEXT NOT NULL,
	changed_at    INTEGER NOT NULL,
	sealed        BLOB
) STRICT;

CREATE INDEX posts_due ON posts (adapter, due) WHERE state = 'waiting';
CREATE INDEX posts_thread ON posts (adapter, workspace, channel, root, state);

CREATE TABLE preferences (
	adapter   TEXT NOT NULL,
	workspace TEXT NOT NULL,
	user_id   TEXT NOT NULL,
	lang      TEXT NOT NULL,
	PRIMARY KEY (adapter, workspace, user_id)
) STRICT;

CREATE TABLE journal (
	name   TEXT NOT NULL,
	seq    INTEGER NOT NULL,
	sealed BLOB NOT NULL,
	PRIMARY KEY (name, seq)
) STRICT;
