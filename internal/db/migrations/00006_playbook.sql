-- +goose Up
CREATE TABLE playbook (
    id         TEXT   PRIMARY KEY,
    state      TEXT   NOT NULL,
    version    BIGINT NOT NULL, -- the last published, 0 none
    draft      TEXT   NOT NULL, -- definition, JSON
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE playbook_version (
    playbook     TEXT   NOT NULL,
    version      BIGINT NOT NULL,
    definition   TEXT   NOT NULL,
    published_at BIGINT NOT NULL,
    published_by TEXT   NOT NULL,
    PRIMARY KEY (playbook, version)
);

-- One customer's pass through a playbook, under the record that was reached.
CREATE TABLE playbook_run (
    id          TEXT    PRIMARY KEY,
    playbook    TEXT    NOT NULL,
    version     BIGINT  NOT NULL,
    ord         BIGINT  NOT NULL,
    occurrence  BIGINT  NOT NULL, -- of this playbook for this record, from 1
    trigger_seq BIGINT  NOT NULL,
    trigger_at  BIGINT  NOT NULL,
    holdout     BOOLEAN NOT NULL,
    started_at  BIGINT  NOT NULL
);
CREATE UNIQUE INDEX playbook_run_once ON playbook_run (playbook, ord, occurrence);
CREATE INDEX playbook_run_customer ON playbook_run (ord, id);
