-- +goose Up
-- Growth plans with all their versions, and the alarms about them. See package planner.
CREATE TABLE plan (
    id         TEXT   PRIMARY KEY,
    name       TEXT   NOT NULL,
    version    BIGINT NOT NULL, -- the newest
    ends_at    BIGINT NOT NULL, -- of its period
    created_by TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL  -- 0 while it is kept
);

-- What was planned, with the rates it was planned with. Rows are only added.
CREATE TABLE plan_version (
    plan       TEXT   NOT NULL,
    version    BIGINT NOT NULL, -- from 1
    note       TEXT   NOT NULL,
    scenario   TEXT   NOT NULL, -- JSON
    answer     TEXT   NOT NULL, -- JSON
    created_by TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (plan, version)
);

-- A number that was behind its plan on a day, once for each day.
CREATE TABLE plan_alarm (
    plan       TEXT   NOT NULL,
    day        TEXT   NOT NULL, -- in the plan's zone
    node       TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    detail     TEXT   NOT NULL, -- JSON
    created_at BIGINT NOT NULL,
    PRIMARY KEY (plan, day, node)
);
