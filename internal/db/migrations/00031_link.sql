-- +goose Up
-- Where short links lead, each address once. The address may name a person: it is sealed.
CREATE TABLE link_target (
    hash BYTEA NOT NULL PRIMARY KEY, -- keyed hash of the address
    url  BYTEA NOT NULL              -- sealed
);

-- Short links, see package link. A link of a playbook is for one customer and one message.
CREATE TABLE link (
    code       TEXT    PRIMARY KEY,
    hash       BYTEA   NOT NULL UNIQUE, -- keyed hash of what was ordered
    target     BYTEA   NOT NULL,        -- hash of link_target
    name       TEXT    NOT NULL,        -- of links that people make, else ''
    ord        BIGINT  NOT NULL,        -- customer record, 0 anybody
    playbook   TEXT    NOT NULL,
    step       TEXT    NOT NULL,
    run        TEXT    NOT NULL,
    delivery   TEXT    NOT NULL,
    clicks     BIGINT  NOT NULL,
    first_at   BIGINT  NOT NULL,        -- of clicks, 0 none
    last_at    BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL,
    created_by TEXT    NOT NULL,        -- '' a playbook
    expires_at BIGINT  NOT NULL,        -- 0 never
    closed_at  BIGINT  NOT NULL         -- 0 open
);
CREATE INDEX link_of_step ON link (playbook, step);
CREATE INDEX link_made ON link (created_by, created_at, code);

-- Clicks as they came, before anything else hears of them.
CREATE TABLE link_click (
    seq      ROWKEY,
    code     TEXT    NOT NULL,
    at       BIGINT  NOT NULL,
    device   BYTEA   NOT NULL, -- keyed hash of address and browser
    reported BOOLEAN NOT NULL, -- an event says so
    UNIQUE (code, device, at)
);
CREATE INDEX link_click_time ON link_click (at);
CREATE INDEX link_click_untold ON link_click (seq) WHERE NOT reported;

-- At most one row: how the server is reached from outside.
CREATE TABLE link_setting (
    id         BIGINT PRIMARY KEY,
    public_url TEXT   NOT NULL
);
