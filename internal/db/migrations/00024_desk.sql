-- +goose Up
-- Customer service (微信客服) of each corp, see package desk.
CREATE TABLE desk_corp (
    corp      TEXT   PRIMARY KEY,
    keep_days BIGINT NOT NULL, -- how long what was said is kept, 0 for good
    purged_to BIGINT NOT NULL, -- nothing said before is kept any more
    pulled_at BIGINT NOT NULL, -- when the accounts were asked for, 0 never
    problem   TEXT   NOT NULL  -- why that failed last, '' if it did not
);

-- Accounts. told counts callbacks, done is the callback up to which everything is pulled.
CREATE TABLE desk_account (
    corp      TEXT    NOT NULL,
    account   TEXT    NOT NULL, -- open_kfid
    name      TEXT    NOT NULL,
    servicers TEXT    NOT NULL, -- JSON list
    welcome   TEXT    NOT NULL, -- the greeting, '' none
    cursor    TEXT    NOT NULL, -- of the platform, '' the beginning
    token     BYTEA   NOT NULL, -- sealed; of the newest callback, empty none
    token_at  BIGINT  NOT NULL,
    told      BIGINT  NOT NULL,
    done      BIGINT  NOT NULL,
    seq       BIGINT  NOT NULL, -- of the last row in desk_message
    revoked   BOOLEAN NOT NULL, -- the admin took the account from the app
    gone_at   BIGINT  NOT NULL, -- when the list missed it, 0 it is there
    pulled_at BIGINT  NOT NULL, -- when the end of the messages was reached, 0 never
    problem   TEXT    NOT NULL, -- why the last pull failed, '' if it did not
    PRIMARY KEY (corp, account)
);

-- What sync_msg gave. body is the sealed JSON of the platform, empty when forgotten.
CREATE TABLE desk_message (
    corp     TEXT    NOT NULL,
    msgid    TEXT    NOT NULL,
    account  TEXT    NOT NULL,
    seq      BIGINT  NOT NULL, -- order of arrival within the account
    at       BIGINT  NOT NULL,
    external TEXT    NOT NULL, -- '' where no customer takes part
    servicer TEXT    NOT NULL,
    origin   BIGINT  NOT NULL, -- 3 customer, 4 system, 5 servicer
    kind     TEXT    NOT NULL, -- msgtype, or "event:" and the type of event
    step     TEXT    NOT NULL, -- of a session: entered, started, reopened, transferred, ended
    recalled BOOLEAN NOT NULL,
    body     BYTEA   NOT NULL,
    PRIMARY KEY (corp, msgid)
);
CREATE INDEX desk_message_of ON desk_message (corp, external, at);
CREATE INDEX desk_message_at ON desk_message (corp, at);

-- Greetings of who entered.
CREATE TABLE desk_welcome (
    corp       TEXT   NOT NULL,
    msgid      TEXT   NOT NULL, -- of enter_session
    account    TEXT   NOT NULL,
    external   TEXT   NOT NULL,
    at         BIGINT NOT NULL, -- when the customer entered
    code       BYTEA  NOT NULL, -- sealed; empty once settled
    text       TEXT   NOT NULL,
    sent_as    TEXT   NOT NULL, -- message id given to the platform
    state      TEXT   NOT NULL, -- waiting, calling, sent, late, refused, failed, unknown
    reason     TEXT   NOT NULL,
    settled_at BIGINT NOT NULL,
    PRIMARY KEY (corp, msgid)
);
CREATE INDEX desk_welcome_at ON desk_welcome (corp, at);
CREATE INDEX desk_welcome_sent ON desk_welcome (corp, sent_as);
