-- outcomes has in how many conversations a step of an entry had an outcome, in periods
-- of 28 days (UTC, counted from 1970), without users. n is negative where outcomes of
-- earlier periods were corrected. slot spreads what happens at the same time over several
-- rows. outcome_askers has whose conversation about an entry counts until when (Unix time
-- in milliseconds), so that their next ones do not. asker is a keyed hash.

-- +goose Up
CREATE TABLE outcomes (
	entry   TEXT COLLATE "C" NOT NULL,
	step    TEXT COLLATE "C" NOT NULL,
	outcome TEXT COLLATE "C" NOT NULL,
	period  BIGINT NOT NULL,
	slot    BIGINT NOT NULL,
	n       BIGINT NOT NULL,
	PRIMARY KEY (entry, step, outcome, period, slot)
);
CREATE TABLE outcome_askers (
	asker BYTEA NOT NULL,
	entry TEXT COLLATE "C" NOT NULL,
	until BIGINT NOT NULL,
	PRIMARY KEY (asker, entry)
);
CREATE INDEX outcome_askers_until ON outcome_askers (until);
