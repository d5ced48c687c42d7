-- +goose Up
-- Files that messages carry. The bytes lie sealed in the data directory under hash.
CREATE TABLE content_asset (
    id          TEXT   PRIMARY KEY,
    kind        TEXT   NOT NULL, -- image, voice, video, file
    name        TEXT   NOT NULL,
    type        TEXT   NOT NULL, -- media type, from the bytes
    hash        TEXT   NOT NULL, -- SHA-256 of the bytes, hexadecimal
    size        BIGINT NOT NULL,
    width       BIGINT NOT NULL, -- of an image, else 0
    height      BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL, -- of a video or voice, else 0
    created_at  BIGINT NOT NULL,
    created_by  TEXT   NOT NULL
);
CREATE INDEX content_asset_hash ON content_asset (hash);

-- What the platform calls a file, per corp and way of upload.
CREATE TABLE content_media (
    corp       TEXT   NOT NULL,
    asset      TEXT   NOT NULL,
    upload     TEXT   NOT NULL,
    media      TEXT   NOT NULL, -- media id, or the address of a permanent picture
    made_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL, -- 0 never
    PRIMARY KEY (corp, asset, upload)
);

-- Who needs it to be there.
CREATE TABLE content_keep (
    owner  TEXT NOT NULL,
    corp   TEXT NOT NULL,
    asset  TEXT NOT NULL,
    upload TEXT NOT NULL,
    PRIMARY KEY (owner, corp, asset, upload)
);
CREATE INDEX content_keep_media ON content_keep (corp, asset, upload);
CREATE INDEX content_keep_asset ON content_keep (asset);

-- Whom a new contact is greeted for, and how.
CREATE TABLE welcome_rule (
    id          TEXT    PRIMARY KEY,
    corp        TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    staff       TEXT    NOT NULL, -- JSON list of userids
    departments TEXT    NOT NULL, -- JSON list of department numbers; both empty: the corp's default
    position    BIGINT  NOT NULL, -- lower first among rules that fit equally well
    greeting    TEXT    NOT NULL, -- JSON
    disabled    BOOLEAN NOT NULL,
    created_at  BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL,
    updated_by  TEXT    NOT NULL
);
CREATE INDEX welcome_rule_corp ON welcome_rule (corp, id);

-- One row for each welcome that was to be sent. id is made from corp, code and both people.
CREATE TABLE welcome_sent (
    id          TEXT    PRIMARY KEY,
    corp        TEXT    NOT NULL,
    userid      TEXT    NOT NULL,
    external    TEXT    NOT NULL,
    source      TEXT    NOT NULL, -- code, rule, default
    origin      TEXT    NOT NULL, -- id of the live code or rule
    code_hash   TEXT    NOT NULL, -- keyed hash of the welcome code
    outcome     TEXT    NOT NULL, -- sent, missed, failed
    reason      TEXT    NOT NULL,
    errcode     BIGINT  NOT NULL, -- the platform's last answer, 0 none or ok
    fallback    BOOLEAN NOT NULL, -- the text alone was sent
    attachments BIGINT  NOT NULL, -- sent
    attempts    BIGINT  NOT NULL,
    received_at BIGINT  NOT NULL,
    latency_ms  BIGINT  NOT NULL, -- from the callback to the first call; -1 without one
    settled_at  BIGINT  NOT NULL
);
CREATE INDEX welcome_sent_at ON welcome_sent (corp, received_at, id);
CREATE INDEX welcome_sent_who ON welcome_sent (external, received_at);
