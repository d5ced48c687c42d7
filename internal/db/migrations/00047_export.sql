-- +goose Up
-- Files of customers that are made in the background. See package exporter.
CREATE TABLE export_job (
    id          TEXT    PRIMARY KEY,
    kind        TEXT    NOT NULL, -- customers, audience, report
    name        TEXT    NOT NULL, -- for people
    subject     TEXT    NOT NULL, -- id of the audience, name of the report
    columns     TEXT    NOT NULL, -- JSON
    people      BYTEA   NOT NULL, -- bitmap of customer numbers; empty once there is no file
    unmasked    BOOLEAN NOT NULL, -- holds personal values in clear
    state       TEXT    NOT NULL, -- queued, running, done, failed, cancelled, expired
    problem     TEXT    NOT NULL, -- why it failed, or expired early
    total       BIGINT  NOT NULL, -- customers
    done        BIGINT  NOT NULL, -- customers that are in the file
    next_ord    BIGINT  NOT NULL, -- the customer with whom it goes on
    file_bytes  BIGINT  NOT NULL, -- sealed size up to there
    bytes       BIGINT  NOT NULL, -- plain size up to there
    asked_by    TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL,
    started_at  BIGINT  NOT NULL, -- 0 not yet
    finished_at BIGINT  NOT NULL, -- 0 not yet
    expires_at  BIGINT  NOT NULL
);
CREATE INDEX export_job_of ON export_job (asked_by, id);
CREATE INDEX export_job_state ON export_job (state);
