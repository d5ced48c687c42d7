-- +goose Up
-- How many deliveries are where, but for those that moved since they were last counted: see
-- package outreach, tally.go.
CREATE TABLE delivery_count (
    playbook TEXT   NOT NULL,
    version  BIGINT NOT NULL,
    step     TEXT   NOT NULL,
    state    TEXT   NOT NULL,
    reason   TEXT   NOT NULL,
    n        BIGINT NOT NULL,
    PRIMARY KEY (playbook, version, step, state, reason)
);
ALTER TABLE delivery ADD COLUMN moved BOOLEAN NOT NULL DEFAULT TRUE;   -- since it was counted
ALTER TABLE delivery ADD COLUMN tallied_state TEXT NOT NULL DEFAULT ''; -- as which it is counted, '' not yet
ALTER TABLE delivery ADD COLUMN tallied_reason TEXT NOT NULL DEFAULT '';
CREATE INDEX delivery_moved ON delivery (playbook, version) WHERE moved;
