-- +goose Up
-- Who may do what, and who did it. E-mail addresses and names are sealed; secrets are hashed.
CREATE TABLE account (
    id         TEXT    PRIMARY KEY,
    email_key  BYTEA   NOT NULL UNIQUE, -- blind index of the address
    person     BYTEA   NOT NULL,        -- sealed: address and name
    role       TEXT    NOT NULL,
    password   TEXT    NOT NULL,        -- argon2id, PHC string
    disabled   BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL
);

CREATE TABLE api_token (
    id          TEXT   PRIMARY KEY,
    name        TEXT   NOT NULL,
    hash        BYTEA  NOT NULL UNIQUE, -- SHA-256 of the token
    role        TEXT   NOT NULL,
    permissions TEXT   NOT NULL,        -- JSON list that narrows the role, "" for all of it
    created_by  TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,        -- 0 never
    used_at     BIGINT NOT NULL,        -- 0 never
    revoked_at  BIGINT NOT NULL         -- 0 not revoked
);

CREATE TABLE session (
    id         TEXT   PRIMARY KEY,
    hash       BYTEA  NOT NULL UNIQUE, -- SHA-256 of the cookie
    account_id TEXT   NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account_id);

-- Append-only: no statement of the program changes or deletes a row.
CREATE TABLE audit (
    id     TEXT   PRIMARY KEY, -- sorts by time
    at     BIGINT NOT NULL,
    actor  TEXT   NOT NULL,    -- id of an account or token, or "system"
    action TEXT   NOT NULL,
    object TEXT   NOT NULL,
    detail TEXT   NOT NULL     -- JSON without personal data
);
CREATE INDEX audit_object ON audit (object, id);

CREATE TABLE setting (
    key        TEXT   PRIMARY KEY,
    value      TEXT   NOT NULL, -- JSON
    updated_at BIGINT NOT NULL
);

-- What was answered to a write with an Idempotency-Key, so that a repetition gets the same.
CREATE TABLE idempotency (
    key        BYTEA  PRIMARY KEY, -- blind index of principal and key
    request    BYTEA  NOT NULL,    -- SHA-256 of method, path and body
    status     BIGINT NOT NULL,    -- 0 while the request runs
    response   BYTEA  NOT NULL,    -- sealed: content type and body
    created_at BIGINT NOT NULL
);
CREATE INDEX idempotency_created ON idempotency (created_at);
