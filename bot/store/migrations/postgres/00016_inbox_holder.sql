-- holder is the process that handles the payload, or '' if that is not known.

-- +goose Up
ALTER TABLE inbox ADD COLUMN holder TEXT COLLATE "C" NOT NULL DEFAULT '';
