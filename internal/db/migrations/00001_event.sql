-- +goose Up
-- The event log: append-only, in order of commit. body is sealed.
CREATE TABLE event (
    seq         ROWKEY,
    ord         BIGINT NOT NULL, -- customer number the event was recorded under, 0 nobody
    source_id   BIGINT NOT NULL,
    name_id     BIGINT NOT NULL,
    at          BIGINT NOT NULL, -- when it happened, ms since 1970
    received_at BIGINT NOT NULL, -- when it was accepted, ms since 1970
    dedupe      BIGINT NOT NULL, -- fingerprint of (source, message id)
    body        BYTEA  NOT NULL
);

CREATE TABLE event_name (
    id   ROWKEY,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE source (
    id         ROWKEY,
    name       TEXT    NOT NULL UNIQUE,
    key_hash   BYTEA   NOT NULL,
    created_at BIGINT  NOT NULL,
    disabled   BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX source_key ON source (key_hash);
