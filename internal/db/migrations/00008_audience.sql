-- +goose Up
CREATE TABLE audience (
    num         ROWKEY, -- dense; names the audience in transitions
    id          TEXT    NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    description TEXT    NOT NULL,
    rule        TEXT    NOT NULL, -- wanted rule; live once its version is
    version     BIGINT  NOT NULL, -- of the wanted rule
    created_at  BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL,
    deleted_at  BIGINT
);

-- A version's base is its members when it went live; later members follow from transitions.
CREATE TABLE audience_version (
    audience   BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    rule       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT   NOT NULL,
    live_at    BIGINT,
    live_seq   BIGINT, -- last transition before it went live
    base       BYTEA,  -- roaring bitmap of customer numbers
    PRIMARY KEY (audience, version)
);

CREATE TABLE transition (
    seq       ROWKEY,
    audience  BIGINT  NOT NULL,
    version   BIGINT  NOT NULL,
    ord       BIGINT  NOT NULL,
    entered   BOOLEAN NOT NULL,
    at        BIGINT  NOT NULL, -- ms since 1970
    cause     BIGINT  NOT NULL, -- 1 event, 2 time, 3 merge, 4 edit
    event_seq BIGINT  NOT NULL  -- the deciding event, 0 if none
);
