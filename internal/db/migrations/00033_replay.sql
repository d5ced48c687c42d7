-- +goose Up
-- Replays of playbooks on history. See package rehearse.
CREATE TABLE replay (
    id         TEXT    PRIMARY KEY,
    playbook   TEXT    NOT NULL, -- '' a definition that belongs to none
    version    BIGINT  NOT NULL, -- 0 the draft, or a definition that was handed in
    definition TEXT    NOT NULL, -- as it was replayed
    days       BIGINT  NOT NULL,
    sample     BIGINT  NOT NULL, -- percent of customers, in hundredths
    until      BIGINT  NOT NULL, -- end of the days, ms
    state      TEXT    NOT NULL, -- waiting, running, done, failed
    error      TEXT    NOT NULL,
    result     TEXT    NOT NULL, -- JSON, '' until it is done
    created_at BIGINT  NOT NULL,
    created_by TEXT    NOT NULL,
    ended_at   BIGINT  NOT NULL  -- 0 while it goes on
);
CREATE INDEX replay_playbook ON replay (playbook, id);
