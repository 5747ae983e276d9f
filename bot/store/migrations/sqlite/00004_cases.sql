-- case_number is the number of the case that is handed over to the thread, or 0.

-- +goose Up
ALTER TABLE walkthroughs ADD COLUMN case_number INTEGER NOT NULL DEFAULT 0;

CREATE UNIQUE INDEX walkthroughs_case ON walkthroughs (adapter, workspace, case_number) WHERE case_number > 0;
CREATE INDEX walkthroughs_open ON walkthroughs (adapter, workspace, begun_at) WHERE status = 'case';
