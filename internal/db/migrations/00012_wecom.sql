-- +goose Up
-- Access tokens and tickets, shared by all processes on this database. See package wecom.
CREATE TABLE wecom_token (
    corp        TEXT   NOT NULL,
    app         TEXT   NOT NULL, -- key of the secret within the corp
    kind        TEXT   NOT NULL, -- access, jsapi, agent
    secret      TEXT   NOT NULL, -- keyed fingerprint of the secret it was made with
    mark        TEXT   NOT NULL, -- keyed fingerprint of the value
    sealed      BYTEA  NOT NULL, -- the value
    refresh_at  BIGINT NOT NULL, -- ms since 1970
    expires_at  BIGINT NOT NULL,
    lease_until BIGINT NOT NULL, -- somebody fetches a new value until then; 0: nobody
    PRIMARY KEY (corp, app, kind)
);

-- Calls that the platform has blocked for a while (45009). Survives a restart.
CREATE TABLE wecom_block (
    corp       TEXT   NOT NULL,
    path       TEXT   NOT NULL,
    level      BIGINT NOT NULL, -- 1: a minute, 2: an hour, 3: to the end of the day
    blocked_to BIGINT NOT NULL, -- ms since 1970
    PRIMARY KEY (corp, path)
);

-- How many calls went out lately, so that a restart does not begin to count anew. Saved after
-- every tenth of a limit. Corp '' is all corps from this address.
CREATE TABLE wecom_window (
    corp   TEXT   NOT NULL,
    path   TEXT   NOT NULL,
    span   BIGINT NOT NULL, -- ms
    counts TEXT   NOT NULL, -- JSON: the number of the newest slot, and the calls of each
    PRIMARY KEY (corp, path, span)
);
