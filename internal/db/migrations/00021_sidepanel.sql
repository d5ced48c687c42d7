-- +goose Up
-- Sessions of staff who logged in through WeCom. See package access.
CREATE TABLE staff_session (
    id         TEXT   PRIMARY KEY,
    hash       BYTEA  NOT NULL UNIQUE, -- SHA-256 of the cookie
    corp       TEXT   NOT NULL,
    user_id    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL
);
CREATE INDEX staff_session_member ON staff_session (corp, user_id);

-- States of log-ins that were used, until they are too old to be used again. See package sidepanel.
CREATE TABLE panel_login (
    state      BYTEA  PRIMARY KEY, -- SHA-256
    expires_at BIGINT NOT NULL
);
CREATE INDEX panel_login_expiry ON panel_login (expires_at);
