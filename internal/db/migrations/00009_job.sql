-- +goose Up
-- Everything that happens later: one row until it is done. See package job.
CREATE TABLE job (
    kind         TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    queue        TEXT    NOT NULL,
    payload      BYTEA   NOT NULL,
    due          BIGINT  NOT NULL, -- ms since 1970
    attempts     BIGINT  NOT NULL,
    token        BIGINT  NOT NULL, -- fencing token, grows with each claim
    leased_until BIGINT  NOT NULL, -- 0: nobody works on it
    dead         BOOLEAN NOT NULL,
    reason       TEXT    NOT NULL, -- of the last failure or delay
    PRIMARY KEY (kind, key)
);
CREATE INDEX job_due ON job (kind, queue, due) WHERE NOT dead;
