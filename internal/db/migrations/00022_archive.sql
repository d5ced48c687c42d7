-- +goose Up
-- The conversation archive of each corp, see package archive. secret and keys are sealed.
CREATE TABLE archive (
    corp      TEXT   PRIMARY KEY,
    source    TEXT   NOT NULL,
    secret    BYTEA  NOT NULL,
    keys      BYTEA  NOT NULL, -- JSON object: version of the public key to private key (PEM)
    cursor    BIGINT NOT NULL, -- seq of the last row that is done with
    pulled_at BIGINT NOT NULL, -- of the last pull that succeeded, 0 none
    problem   TEXT   NOT NULL, -- why the last pull failed, '' if it did not
    stored    BIGINT NOT NULL,
    withheld  BIGINT NOT NULL, -- not kept: nobody permitted took part, or the customer did not agree
    unread    BIGINT NOT NULL  -- damaged rows
);

-- Messages. body is the sealed JSON of the platform.
CREATE TABLE archive_message (
    corp     TEXT    NOT NULL,
    msgid    TEXT    NOT NULL,
    seq      BIGINT  NOT NULL,
    at       BIGINT  NOT NULL,
    staff    TEXT    NOT NULL, -- of a chat of two, '' in rooms
    external TEXT    NOT NULL, -- the customer of a chat of two, or who speaks in a room
    room     TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    inbound  BOOLEAN NOT NULL, -- the customer speaks
    body     BYTEA   NOT NULL,
    PRIMARY KEY (corp, msgid)
);
CREATE INDEX archive_message_talk ON archive_message (corp, at);
CREATE INDEX archive_message_of ON archive_message (corp, external, at);
