-- +goose Up
-- The send ledger, which is also the outbox. See package outreach. message is sealed.
CREATE TABLE delivery (
    id            TEXT    PRIMARY KEY,
    playbook      TEXT    NOT NULL,
    version       BIGINT  NOT NULL,
    run           TEXT    NOT NULL,
    step          TEXT    NOT NULL,
    occurrence    BIGINT  NOT NULL, -- from 1; more when a human asked to send again
    ord           BIGINT  NOT NULL, -- customer number of the recipient's record
    channel       TEXT    NOT NULL,
    endpoint      TEXT    NOT NULL,
    transactional BOOLEAN NOT NULL,
    trigger_seq   BIGINT  NOT NULL, -- event that caused it, 0 none
    trigger_at    BIGINT  NOT NULL,
    state         TEXT    NOT NULL,
    reason        TEXT    NOT NULL,
    detail        TEXT    NOT NULL, -- what the other side said; never personal data
    attempt       BIGINT  NOT NULL,
    planned_at    BIGINT  NOT NULL,
    due           BIGINT  NOT NULL,
    expires_at    BIGINT  NOT NULL,
    dispatched_at BIGINT  NOT NULL, -- of the first attempt, 0 none: what caps count
    settled_at    BIGINT  NOT NULL, -- 0 while open
    provider_id   TEXT    NOT NULL,
    message       BYTEA   NOT NULL
);
CREATE UNIQUE INDEX delivery_touch ON delivery (run, step, occurrence, ord, channel, playbook, version);
CREATE INDEX delivery_customer ON delivery (ord, dispatched_at);
CREATE INDEX delivery_playbook ON delivery (playbook, state, reason);
CREATE INDEX delivery_state ON delivery (state, id);

CREATE TABLE consent (
    ord     BIGINT  NOT NULL,
    channel TEXT    NOT NULL, -- '*' is every channel
    given   BOOLEAN NOT NULL,
    at      BIGINT  NOT NULL,
    seq     BIGINT  NOT NULL, -- the event that said so
    PRIMARY KEY (ord, channel)
);

CREATE TABLE outreach_setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Where webhooks go. secrets is sealed: a JSON list, the newest first.
CREATE TABLE webhook_endpoint (
    id         TEXT    PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    url        TEXT    NOT NULL,
    secrets    BYTEA   NOT NULL,
    idempotent BOOLEAN NOT NULL,
    timeout_ms BIGINT  NOT NULL,
    disabled   BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL
);
