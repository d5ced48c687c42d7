-- +goose Up
-- Grouped deliveries travel many to a call and have no jobs of their own.
ALTER TABLE delivery ADD COLUMN grouped BOOLEAN NOT NULL DEFAULT FALSE;

-- Customers whom the platform called full: nothing more reaches them on the channel's
-- account until the period ends.
CREATE TABLE quota_full (
    channel TEXT   NOT NULL,
    account TEXT   NOT NULL, -- the corp
    ord     BIGINT NOT NULL, -- the customer's record
    until   BIGINT NOT NULL,
    PRIMARY KEY (channel, account, ord)
);

-- A message that staff confirm, to many customers or to customer groups. See package masssend.
CREATE TABLE masssend (
    id           TEXT   PRIMARY KEY,
    corp         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    chat         TEXT   NOT NULL, -- single, group
    target       TEXT   NOT NULL, -- JSON: who is to get it
    content      BYTEA  NOT NULL, -- sealed
    mark         TEXT   NOT NULL, -- fingerprint of the text, as the platform lists it
    options      TEXT   NOT NULL, -- JSON
    priority     BIGINT NOT NULL,
    state        TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    scheduled_at BIGINT NOT NULL,
    deadline     BIGINT NOT NULL,
    chosen_to    TEXT   NOT NULL, -- how far preparing has come
    pool         TEXT   NOT NULL, -- key of the playbook step it collects for, '' none
    created_by   TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    started_at   BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL
);
CREATE INDEX masssend_list ON masssend (corp, id);
CREATE INDEX masssend_pool ON masssend (pool) WHERE pool <> '';

-- Who is asked to send to whom. Written once; what becomes of it stands in delivery.
CREATE TABLE masssend_recipient (
    send     TEXT   NOT NULL,
    ord      BIGINT NOT NULL, -- the customer's record
    staff    TEXT   NOT NULL,
    due      BIGINT NOT NULL, -- not before: quiet hours of the customer's zone
    external TEXT   NOT NULL,
    delivery TEXT   NOT NULL, -- of a playbook's touch, '' if the call plans its own
    PRIMARY KEY (send, ord)
);
CREATE INDEX masssend_recipient_delivery ON masssend_recipient (delivery) WHERE delivery <> '';
CREATE INDEX masssend_recipient_staff ON masssend_recipient (send, staff, due, ord);

CREATE TABLE masssend_call (
    send         TEXT   NOT NULL,
    n            BIGINT NOT NULL, -- from 1
    corp         TEXT   NOT NULL,
    staff        TEXT   NOT NULL,
    groups       BOOLEAN NOT NULL, -- goes to groups, not to customers
    mark         TEXT   NOT NULL,
    due          BIGINT NOT NULL,
    from_ord     BIGINT NOT NULL, -- recipients of this staff and due time, inclusive
    to_ord       BIGINT NOT NULL,
    first_id     TEXT   NOT NULL, -- block of the ledger
    last_id      TEXT   NOT NULL,
    size         BIGINT NOT NULL,
    state        TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    attempt      BIGINT NOT NULL,
    attempted_at BIGINT NOT NULL,
    looked       BIGINT NOT NULL, -- complete looks at the platform's list since the attempt
    msgid        TEXT   NOT NULL,
    handed_at    BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    cancelled_at BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL,
    accepted     BIGINT NOT NULL,
    rejected     BIGINT NOT NULL,
    expired      BIGINT NOT NULL,
    reminded     TEXT   NOT NULL, -- JSON: times of the latest reminders, ms
    PRIMARY KEY (send, n)
);
CREATE INDEX masssend_call_staff ON masssend_call (corp, staff, state);
CREATE INDEX masssend_call_msgid ON masssend_call (corp, msgid) WHERE msgid <> '';

-- Customer groups of a send with chat 'group'.
CREATE TABLE masssend_chat (
    send    TEXT   NOT NULL,
    chat    TEXT   NOT NULL,
    corp    TEXT   NOT NULL,
    owner   TEXT   NOT NULL,
    call    BIGINT NOT NULL, -- 0: it is not sent to
    state   TEXT   NOT NULL,
    reason  TEXT   NOT NULL,
    ended_at BIGINT NOT NULL,
    PRIMARY KEY (send, chat)
);
CREATE INDEX masssend_chat_quota ON masssend_chat (corp, chat);

-- A moment that staff publish. See package moment.
CREATE TABLE moment (
    id           TEXT   PRIMARY KEY,
    corp         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    content      BYTEA  NOT NULL, -- sealed
    visible      TEXT   NOT NULL, -- JSON: whose moments, and which tags may see it
    mark         TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    scheduled_at BIGINT NOT NULL,
    watch_until  BIGINT NOT NULL,
    attempt      BIGINT NOT NULL,
    attempted_at BIGINT NOT NULL,
    jobid        TEXT   NOT NULL,
    moment_id    TEXT   NOT NULL,
    invalid      TEXT   NOT NULL, -- JSON: senders and tags that the platform left out
    created_by   TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL
);
CREATE INDEX moment_list ON moment (corp, id);

CREATE TABLE moment_staff (
    moment    TEXT    NOT NULL,
    staff     TEXT    NOT NULL,
    published BOOLEAN NOT NULL,
    likes     BIGINT  NOT NULL,
    comments  BIGINT  NOT NULL,
    pulled_at BIGINT  NOT NULL,
    PRIMARY KEY (moment, staff)
);

-- Likes and comments of customers that are on the road already.
CREATE TABLE moment_echo (
    moment   TEXT   NOT NULL,
    staff    TEXT   NOT NULL,
    external TEXT   NOT NULL,
    kind     TEXT   NOT NULL, -- like, comment
    at       BIGINT NOT NULL,
    PRIMARY KEY (moment, staff, external, kind, at)
);
