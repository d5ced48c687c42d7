-- +goose Up
-- What erasures and exports of one person leave behind. See package privacy.
-- Grows when stored events are rewritten: derived state that was saved before is refused.
ALTER TABLE road ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;

CREATE TABLE erasure (
    id         TEXT    PRIMARY KEY,
    ord        BIGINT  NOT NULL, -- customer number, which stays as an empty record
    state      TEXT    NOT NULL, -- waiting, erased (in SQL), done
    reason     BYTEA   NOT NULL, -- sealed
    block      BOOLEAN NOT NULL, -- the identities went to the blocked list
    counts     TEXT    NOT NULL, -- JSON object: room to rows
    asked_by   TEXT    NOT NULL,
    asked_at   BIGINT  NOT NULL,
    erased_at  BIGINT  NOT NULL, -- 0 not yet
    done_at    BIGINT  NOT NULL
);
CREATE INDEX erasure_ord ON erasure (ord);

CREATE TABLE privacy_export (
    id         TEXT   PRIMARY KEY,
    ord        BIGINT NOT NULL,
    state      TEXT   NOT NULL, -- waiting, done
    body       BYTEA  NOT NULL, -- sealed ZIP file, empty until done
    size       BIGINT NOT NULL, -- of the ZIP file
    made_by    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX privacy_export_ord ON privacy_export (ord);
CREATE INDEX privacy_export_expiry ON privacy_export (expires_at);

-- Whether an address is anybody else's, too.
CREATE INDEX link_target_of ON link (target);

-- One row: how long texts are kept, and how far they are gone.
CREATE TABLE privacy_setting (
    id   BIGINT PRIMARY KEY, -- 1
    body TEXT   NOT NULL     -- JSON
);
