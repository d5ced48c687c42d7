-- +goose Up
-- Definitions of tags. A row that is deleted stays for what still speaks of it.
CREATE TABLE tag_group (
    id         TEXT   PRIMARY KEY,
    corp       TEXT   NOT NULL, -- '' internal
    remote     TEXT   NOT NULL, -- the platform's id, '' not there
    name       TEXT   NOT NULL,
    position   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL  -- 0 exists
);

CREATE TABLE tag (
    id         TEXT   PRIMARY KEY,
    corp       TEXT   NOT NULL, -- '' internal
    grp        TEXT   NOT NULL, -- '' none
    remote     TEXT   NOT NULL, -- the platform's id, '' not there
    name       TEXT   NOT NULL,
    label      TEXT   NOT NULL, -- what customers carry
    position   BIGINT NOT NULL,
    held       TEXT   NOT NULL, -- why a tag of a corp is not at the platform, '' it is
    audience   TEXT   NOT NULL, -- whose members have it, '' given by hand
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL
);
CREATE INDEX tag_label ON tag (label);

-- What the platform said last of one contact: its corp tags, separated by spaces.
CREATE TABLE tag_pair (
    corp     TEXT   NOT NULL,
    external TEXT   NOT NULL,
    member   TEXT   NOT NULL,
    leaf     BIGINT NOT NULL,
    tags     TEXT   NOT NULL,
    seen_at  BIGINT NOT NULL, -- when that was asked for, 0 never
    PRIMARY KEY (corp, external, member)
);
CREATE INDEX tag_pair_leaf ON tag_pair (leaf);

-- What the platform is to be told of one contact and tag.
CREATE TABLE tag_push (
    corp     TEXT    NOT NULL,
    external TEXT    NOT NULL,
    member   TEXT    NOT NULL,
    tag      TEXT    NOT NULL,
    put      BOOLEAN NOT NULL, -- false: take off
    at       BIGINT  NOT NULL, -- when it was wanted
    state    TEXT    NOT NULL, -- pending, done, failed
    done_at  BIGINT  NOT NULL,
    reason   TEXT    NOT NULL,
    PRIMARY KEY (corp, external, member, tag)
);
CREATE INDEX tag_push_state ON tag_push (state, corp, external, member, tag);

-- Events on their way to the road.
CREATE TABLE tag_outbox (
    message  TEXT    PRIMARY KEY,
    seq      BIGINT  NOT NULL, -- order of arrival, which decides between acts of one moment
    corp     TEXT    NOT NULL,
    external TEXT    NOT NULL,
    member   TEXT    NOT NULL,
    leaf     BIGINT  NOT NULL, -- 0: named by external
    tag      TEXT    NOT NULL, -- '' no definition: label says
    label    TEXT    NOT NULL,
    put      BOOLEAN NOT NULL,
    at       BIGINT  NOT NULL,
    why      TEXT    NOT NULL
);
CREATE INDEX tag_outbox_seq ON tag_outbox (seq);
CREATE INDEX tag_outbox_leaf ON tag_outbox (leaf);
CREATE INDEX tag_outbox_external ON tag_outbox (corp, external);

-- Customers whose contacts are to be brought in line with them.
CREATE TABLE tag_spread (
    leaf BIGINT NOT NULL,
    tag  TEXT   NOT NULL,
    at   BIGINT NOT NULL,
    PRIMARY KEY (leaf, tag)
);

-- Operations on many customers.
CREATE TABLE tag_bulk (
    id         TEXT   PRIMARY KEY,
    kind       TEXT   NOT NULL, -- tags, rename, delete, spread, rule
    source     TEXT   NOT NULL, -- where the customers came from, for people
    tag        TEXT   NOT NULL, -- definition it is about, '' none
    put        TEXT   NOT NULL, -- JSON list of labels
    take       TEXT   NOT NULL,
    targets    BYTEA  NOT NULL, -- compressed bitmap of customers
    total      BIGINT NOT NULL,
    next       BIGINT NOT NULL, -- customers below are done
    done       BIGINT NOT NULL,
    changed    BIGINT NOT NULL,
    failed     BIGINT NOT NULL,
    state      TEXT   NOT NULL, -- running, paused, done
    actor      TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE tag_bulk_failure (
    bulk     TEXT NOT NULL,
    customer TEXT NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (bulk, customer)
);
