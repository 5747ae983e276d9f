-- outcomes has in how many conversations a step of an entry had an outcome, in periods
-- of 28 days (UTC, counted from 1970), without users. n is negative where outcomes of
-- earlier periods were corrected. slot spreads what happens at the same time over several
-- rows. outcome_askers has whose conversation about an entry counts until when (Unix time
-- in milliseconds), so that their next ones do not. asker is a keyed hash.

-- +goose Up
CREATE TABLE outcomes (
	entry   TEXT NOT NULL,
	step    TEXT NOT NULL,
	outcome TEXT NOT NULL,
	period  INTEGER NOT NULL,
	slot    INTEGER NOT NULL,
	n       INTEGER NOT NULL,
	PRIMARY KEY (entry, step, outcome, period, slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE outcome_askers (
	asker BLOB NOT NULL,
	entry TEXT NOT NULL,
	until INTEGER NOT NULL,
	PRIMARY KEY (asker, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX outcome_askers_until ON outcome_askers (until);
