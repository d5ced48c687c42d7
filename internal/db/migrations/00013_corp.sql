-- +goose Up
-- Connected corps and their apps. secret, token and aes_key are sealed.
CREATE TABLE corp (
    id         TEXT   PRIMARY KEY, -- corpid
    name       TEXT   NOT NULL,
    base_url   TEXT   NOT NULL,    -- of the API, '' is the platform's own
    settings   TEXT   NOT NULL,    -- JSON
    created_at BIGINT NOT NULL
);

CREATE TABLE corp_app (
    corp       TEXT   NOT NULL,
    name       TEXT   NOT NULL, -- main, directory, archive, kf
    agent_id   BIGINT NOT NULL, -- 0 none
    secret     BYTEA  NOT NULL,
    token      BYTEA  NOT NULL, -- of callbacks; empty when none come
    aes_key    BYTEA  NOT NULL,
    receive_id TEXT   NOT NULL, -- '' is the corp's id
    PRIMARY KEY (corp, name)
);

-- What the platform told us, raw and sealed, in order of arrival. See package inbox.
CREATE TABLE callback (
    id          BIGINT PRIMARY KEY,
    corp        TEXT   NOT NULL,
    app         TEXT   NOT NULL,
    received_at BIGINT NOT NULL,
    hash        BYTEA  NOT NULL, -- of the decrypted body
    event       TEXT   NOT NULL, -- 'change_external_contact/add_external_contact'
    lane        TEXT   NOT NULL, -- what it must stay in order with
    body        BYTEA  NOT NULL,
    state       TEXT   NOT NULL, -- pending, done, ignored, dead
    attempts    BIGINT NOT NULL,
    reason      TEXT   NOT NULL
);
CREATE UNIQUE INDEX callback_hash ON callback (corp, hash);
CREATE INDEX callback_state ON callback (state, id);

