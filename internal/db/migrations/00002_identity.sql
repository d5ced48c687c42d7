-- +goose Up
-- One row per customer record. Records are never merged or moved: parent names the record
-- that this one was joined to, 0 if it stands for itself.
CREATE TABLE customer (
    ord        ROWKEY,
    created_at BIGINT NOT NULL,
    parent     BIGINT NOT NULL,
    merge_id   BIGINT NOT NULL -- the merge that joined it, 0 if none
);
CREATE INDEX customer_parent ON customer (parent) WHERE parent > 0;

-- The identities of customers. blind is the keyed fingerprint of type and value, so it is
-- unique by itself.
CREATE TABLE identity (
    id         ROWKEY,
    type       TEXT   NOT NULL,
    blind      BYTEA  NOT NULL,
    sealed     BYTEA  NOT NULL,
    ord        BIGINT NOT NULL,
    first_seen BIGINT NOT NULL -- ms since 1970
);
CREATE UNIQUE INDEX identity_blind ON identity (blind);
CREATE INDEX identity_ord ON identity (ord);

-- The history of merges, automatic and by people.
CREATE TABLE identity_merge (
    id        ROWKEY,
    at        BIGINT NOT NULL,
    kept      BIGINT NOT NULL, -- the customers as they were then
    gone      BIGINT NOT NULL,
    via       BIGINT NOT NULL, -- the record of kept that gone was joined to
    type      TEXT   NOT NULL, -- identity type that linked them, empty if a person did
    actor     TEXT   NOT NULL, -- who merged, empty if an event did
    event_seq BIGINT NOT NULL,
    note      TEXT   NOT NULL,
    undone_at BIGINT NOT NULL, -- 0: in force
    undone_by TEXT   NOT NULL
);

-- Links between customers that were seen and not made.
CREATE TABLE identity_conflict (
    id          ROWKEY,
    at          BIGINT NOT NULL,
    type        TEXT   NOT NULL,
    blind       BYTEA  NOT NULL,
    sealed      BYTEA  NOT NULL,
    customer    BIGINT NOT NULL, -- who the event belongs to
    other       BIGINT NOT NULL, -- who the identity belongs to, 0 nobody
    reason      TEXT   NOT NULL,
    over_type   TEXT   NOT NULL, -- the type whose limit stood in the way, empty if none
    event_seq   BIGINT NOT NULL,
    fingerprint BIGINT NOT NULL UNIQUE
);

-- Pairs of customer records that a person took apart: never joined again by an event.
CREATE TABLE identity_separation (
    a        BIGINT NOT NULL, -- a < b
    b        BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    merge_id BIGINT NOT NULL,
    PRIMARY KEY (a, b)
);

-- The operators' changes to the built-in list of values that identify nobody.
CREATE TABLE identity_blocked (
    id      ROWKEY,
    type    TEXT    NOT NULL, -- '*' is every type
    blind   BYTEA   NOT NULL,
    sealed  BYTEA   NOT NULL,
    allowed BOOLEAN NOT NULL, -- true: a built-in entry switched off
    note    TEXT    NOT NULL,
    at      BIGINT  NOT NULL,
    actor   TEXT    NOT NULL,
    UNIQUE (type, blind)
);

-- Every version of the policy; the highest is in force.
CREATE TABLE identity_policy (
    version  ROWKEY,
    at       BIGINT NOT NULL,
    actor    TEXT   NOT NULL,
    document TEXT   NOT NULL
);
