-- +goose Up
-- What is known of an experiment, and the answers computed last. See package experiment.
CREATE TABLE experiment (
    id         BIGINT PRIMARY KEY, -- fingerprint of the name
    name       TEXT   NOT NULL UNIQUE,
    origin     TEXT   NOT NULL,    -- playbook or mass send
    kind       TEXT   NOT NULL,    -- split, holdout, variants, campaign, cluster
    settings   TEXT   NOT NULL,    -- JSON: metrics, horizon, plan, owner
    started_at BIGINT NOT NULL,    -- of the first exposure or when it was declared
    stopped_at BIGINT NOT NULL,    -- 0 while it goes on
    decision   TEXT   NOT NULL,    -- JSON: which arm was kept, by whom, why
    created_at BIGINT NOT NULL
);

CREATE TABLE experiment_arm (
    experiment BIGINT NOT NULL,
    arm        TEXT   NOT NULL,
    pos        BIGINT NOT NULL,
    share      BIGINT NOT NULL, -- planned, in millionths of all
    changed    BOOLEAN NOT NULL, -- the planned share was another one once
    PRIMARY KEY (experiment, arm)
);

-- Who was assigned to which arm, once for each customer record. Rows are only added.
CREATE TABLE exposure (
    experiment BIGINT NOT NULL,
    ord        BIGINT NOT NULL, -- the customer's record
    arm        TEXT   NOT NULL,
    cluster    TEXT   NOT NULL, -- member of staff, department or store; '' none
    at         BIGINT NOT NULL,
    origin     TEXT   NOT NULL,
    PRIMARY KEY (experiment, ord)
);

-- Mass sends with variants: sealed JSON of names, shares and contents; none is NULL.
ALTER TABLE masssend ADD COLUMN variants BYTEA;
ALTER TABLE masssend_recipient ADD COLUMN variant BIGINT NOT NULL DEFAULT 0; -- from 1; 0: the send's own content
ALTER TABLE masssend_call ADD COLUMN variant BIGINT NOT NULL DEFAULT 0;
DROP INDEX masssend_recipient_staff;
CREATE INDEX masssend_recipient_staff ON masssend_recipient (send, variant, staff, due, ord);
