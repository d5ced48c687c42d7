-- +goose Up
-- The directory of each connected corp. sealed is a JSON object with the name, alias and position.
CREATE TABLE staff (
    corp           TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    sealed         BYTEA   NOT NULL,
    departments    TEXT    NOT NULL, -- JSON list of department ids
    leads          TEXT    NOT NULL, -- JSON list of the departments led
    direct_leaders TEXT    NOT NULL, -- JSON list of user ids
    status         BIGINT  NOT NULL, -- 1 active, 2 disabled, 4 not activated, 5 left
    follow         BOOLEAN NOT NULL, -- may have customers
    left_at        BIGINT  NOT NULL, -- 0: still there
    told_at        BIGINT  NOT NULL, -- time of the newest callback that was applied
    PRIMARY KEY (corp, user_id)
);

CREATE TABLE department (
    corp    TEXT   NOT NULL,
    id      BIGINT NOT NULL,
    parent  BIGINT NOT NULL, -- 0: the top
    name    TEXT   NOT NULL,
    rank    BIGINT NOT NULL, -- the platform's order, larger stands first
    leaders TEXT   NOT NULL, -- JSON list of user ids
    told_at BIGINT NOT NULL,
    gone    BOOLEAN NOT NULL,
    PRIMARY KEY (corp, id)
);

-- The relation between one staff member and one customer. See package contact.
CREATE TABLE contact (
    corp       TEXT   NOT NULL,
    user_id    TEXT   NOT NULL,
    external   TEXT   NOT NULL,
    leaf       BIGINT NOT NULL, -- customer number of the record
    state      TEXT   NOT NULL,
    additions  BIGINT NOT NULL, -- how often it became active
    added_at   BIGINT NOT NULL, -- of the last addition, 0 none
    ended_at   BIGINT NOT NULL, -- 0 while it lives
    add_way    BIGINT NOT NULL,
    code       TEXT   NOT NULL, -- the state of the contact way or link it came through
    channel    TEXT   NOT NULL,
    code_id    TEXT   NOT NULL,
    code_name  TEXT   NOT NULL,
    tags       TEXT   NOT NULL, -- JSON list of corp tag ids
    sealed     BYTEA  NOT NULL, -- JSON object with remark, description, company, mobiles
    history    BYTEA  NOT NULL, -- what happened, by time: the state is computed from it
    digest     BYTEA  NOT NULL, -- keyed, of what the platform said last; empty before that
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (corp, user_id, external)
);
CREATE INDEX contact_external ON contact (corp, external);
CREATE INDEX contact_leaf ON contact (leaf);
CREATE INDEX contact_changed ON contact (corp, changed_at);

-- What the customer's record was last told about an external contact.
CREATE TABLE contact_person (
    corp     TEXT   NOT NULL,
    external TEXT   NOT NULL,
    leaf     BIGINT NOT NULL,
    version  BIGINT NOT NULL, -- counts the tellings
    details  BYTEA  NOT NULL, -- keyed digest of name, union id, gender, type; empty: not told
    holders  BYTEA  NOT NULL, -- keyed digest of the active staff
    PRIMARY KEY (corp, external)
);

-- Transitions that subscribers have not all heard of. payload is a sealed JSON object.
CREATE TABLE contact_news (
    id       ROWKEY,
    corp     TEXT  NOT NULL,
    external TEXT  NOT NULL,
    payload  BYTEA NOT NULL
);
CREATE INDEX contact_news_lane ON contact_news (corp, external, id);

-- Runs that compare what we hold with what the platform says. See package reconcile.
CREATE TABLE sync_run (
    id         TEXT    PRIMARY KEY,
    corp       TEXT    NOT NULL,
    complete   BOOLEAN NOT NULL, -- a full pull, not a share
    origin     TEXT    NOT NULL, -- hour, night, hand
    actor      TEXT    NOT NULL,
    state      TEXT    NOT NULL, -- running, done, failed
    error      TEXT    NOT NULL,
    started_at BIGINT  NOT NULL,
    ended_at   BIGINT  NOT NULL
);
CREATE UNIQUE INDEX sync_run_one ON sync_run (corp) WHERE state = 'running';
CREATE INDEX sync_run_corp ON sync_run (corp, id);

CREATE TABLE sync_kind (
    run    TEXT   NOT NULL,
    kind   TEXT   NOT NULL,
    rank   BIGINT NOT NULL, -- order of work
    state  TEXT   NOT NULL, -- waiting, running, done, failed
    total  BIGINT NOT NULL,
    done   BIGINT NOT NULL,
    drift  TEXT   NOT NULL, -- JSON object: kind of difference to count
    error  TEXT   NOT NULL,
    PRIMARY KEY (run, kind)
);

CREATE TABLE sync_item (
    run    TEXT    NOT NULL,
    kind   TEXT    NOT NULL,
    item   TEXT    NOT NULL,
    cursor TEXT    NOT NULL,
    done   BOOLEAN NOT NULL,
    error  TEXT    NOT NULL,
    at     BIGINT  NOT NULL,
    PRIMARY KEY (run, kind, item)
);

-- When the contacts of a staff member were last compared.
CREATE TABLE sync_staff (
    corp      TEXT   NOT NULL,
    user_id   TEXT   NOT NULL,
    pulled_at BIGINT NOT NULL,
    PRIMARY KEY (corp, user_id)
);
