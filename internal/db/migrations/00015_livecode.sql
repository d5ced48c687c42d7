-- +goose Up
-- Live codes, see package livecode. A deleted one keeps its row: contacts name it, and only
-- the row says that its number was given here.
CREATE TABLE livecode (
    number      ROWKEY,
    id          TEXT    NOT NULL UNIQUE,
    corp        TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    batch       TEXT    NOT NULL, -- '' unless made by one
    name        TEXT    NOT NULL,
    channel     TEXT    NOT NULL,
    spec        TEXT    NOT NULL, -- JSON
    config_id   TEXT    NOT NULL, -- '' while absent at the platform
    qr_url      TEXT    NOT NULL,
    has_image   BOOLEAN NOT NULL,
    shown       TEXT    NOT NULL, -- JSON: users, resting, backup
    hash        TEXT    NOT NULL, -- of what was applied last
    applied_at  BIGINT  NOT NULL,
    next_at     BIGINT  NOT NULL,
    problem     TEXT    NOT NULL, -- JSON, '' for none
    remade_at   BIGINT  NOT NULL,
    creating_at BIGINT  NOT NULL, -- a creation was begun whose answer is not stored
    wanted      BIGINT  NOT NULL, -- grows with every reason to look at the code again
    created_at  BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL,
    deleted_at  BIGINT  NOT NULL
);
CREATE UNIQUE INDEX livecode_state ON livecode (corp, state);
CREATE INDEX livecode_of_batch ON livecode (batch, number);
CREATE INDEX livecode_config ON livecode (corp, config_id);

-- What arrivals have made of each member. day is a date in the brand's zone.
CREATE TABLE livecode_counter (
    code   BIGINT NOT NULL,
    staff  TEXT   NOT NULL,
    day    TEXT   NOT NULL,
    today  BIGINT NOT NULL,
    total  BIGINT NOT NULL,
    credit BIGINT NOT NULL,
    PRIMARY KEY (code, staff)
);

-- Who arrived through a code. addition counts the times that this contact was added.
CREATE TABLE livecode_arrival (
    code     BIGINT NOT NULL,
    staff    TEXT   NOT NULL,
    external TEXT   NOT NULL,
    addition BIGINT NOT NULL,
    corp     TEXT   NOT NULL,
    ord      BIGINT NOT NULL, -- customer record
    day      TEXT   NOT NULL, -- in the brand's zone
    added_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL, -- 0 while in contact
    PRIMARY KEY (code, staff, external, addition)
);
CREATE INDEX livecode_arrival_time ON livecode_arrival (code, added_at);
CREATE INDEX livecode_arrival_contact ON livecode_arrival (corp, external, staff);

-- The QR image of a code as the platform drew it.
CREATE TABLE livecode_image (
    code       BIGINT NOT NULL PRIMARY KEY,
    url        TEXT   NOT NULL,
    bytes      BYTEA  NOT NULL,
    fetched_at BIGINT NOT NULL
);

CREATE TABLE livecode_batch (
    id         TEXT   PRIMARY KEY,
    corp       TEXT   NOT NULL,
    file       TEXT   NOT NULL,
    rows       BIGINT NOT NULL,
    accepted   BIGINT NOT NULL,
    rejected   TEXT   NOT NULL, -- JSON list of line, column, reason
    created_at BIGINT NOT NULL
);
CREATE INDEX livecode_batch_corp ON livecode_batch (corp, id);

-- Contact ways that no code here owns and that are left alone, so that a collection asks
-- for each only once. signed: the state carries our mark, another copy of this database
-- made it.
CREATE TABLE livecode_foreign (
    corp      TEXT NOT NULL,
    config_id TEXT NOT NULL,
    signed    BOOLEAN NOT NULL,
    PRIMARY KEY (corp, config_id)
);

-- The last collection of a corp.
CREATE TABLE livecode_collection (
    corp       TEXT   PRIMARY KEY,
    started_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL,
    listed     BIGINT NOT NULL,
    adopted    BIGINT NOT NULL,
    deleted    BIGINT NOT NULL,
    missing    BIGINT NOT NULL,
    foreign_ways BIGINT NOT NULL,
    doubled    BIGINT NOT NULL,
    problem    TEXT   NOT NULL
);

-- Customer acquisition links, see package acquisition.
CREATE TABLE acquisition_link (
    number     ROWKEY,
    id         TEXT    NOT NULL UNIQUE,
    corp       TEXT    NOT NULL,
    link_id    TEXT    NOT NULL, -- the platform's
    name       TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    spec       TEXT    NOT NULL, -- JSON: users, departments, skip_verify, tags
    url        TEXT    NOT NULL,
    state      TEXT    NOT NULL, -- customer_channel
    adopted    BOOLEAN NOT NULL, -- found at the platform, not made here
    hash       TEXT    NOT NULL, -- of what was applied last
    problem    TEXT    NOT NULL, -- JSON, '' for none
    creating_at BIGINT NOT NULL, -- a creation was begun whose answer is not stored
    wanted     BIGINT  NOT NULL, -- grows with every reason to look at the link again
    pulled_at  BIGINT  NOT NULL, -- when its customers were pulled last
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL,
    deleted_at BIGINT  NOT NULL
);
CREATE UNIQUE INDEX acquisition_link_remote ON acquisition_link (corp, link_id) WHERE link_id <> '';
CREATE INDEX acquisition_link_state ON acquisition_link (corp, state);

-- Customers who came through a link, as the platform lists them.
CREATE TABLE acquisition_customer (
    link     BIGINT  NOT NULL,
    external TEXT    NOT NULL,
    staff    TEXT    NOT NULL,
    corp     TEXT    NOT NULL,
    chatted  BOOLEAN NOT NULL,
    state    TEXT    NOT NULL,
    seen_at  BIGINT  NOT NULL,
    chat_at  BIGINT  NOT NULL, -- 0: not yet
    PRIMARY KEY (link, external, staff)
);
CREATE INDEX acquisition_customer_contact ON acquisition_customer (corp, external, staff);

CREATE TABLE acquisition_quota (
    corp       TEXT    PRIMARY KEY,
    total      BIGINT  NOT NULL,
    balance    BIGINT  NOT NULL,
    expiring   TEXT    NOT NULL, -- JSON list of date and balance
    alarm      TEXT    NOT NULL, -- '', low, exhausted or expiring
    alarm_at   BIGINT  NOT NULL,
    pulled_at  BIGINT  NOT NULL,
    problem    TEXT    NOT NULL
);
