-- +goose Up
-- What bringing customers in costs. See package insight/cost. note is sealed.
CREATE TABLE cost (
    id         TEXT   PRIMARY KEY,
    first_day  TEXT   NOT NULL, -- YYYY-MM-DD in the brand's zone
    last_day   TEXT   NOT NULL, -- inclusive; the amount spreads evenly
    channel    TEXT   NOT NULL, -- '' of no one channel
    staff      TEXT   NOT NULL, -- userid, '' nobody's
    campaign   TEXT   NOT NULL,
    phase      TEXT   NOT NULL, -- '' by its days
    amount     BIGINT NOT NULL, -- minor units
    currency   TEXT   NOT NULL,
    note       BYTEA  NOT NULL,
    mark       TEXT   NOT NULL UNIQUE, -- fingerprint of an imported row; the id of one made by hand
    origin     TEXT   NOT NULL, -- manual, import
    created_at BIGINT NOT NULL,
    created_by TEXT   NOT NULL
);
CREATE INDEX cost_days ON cost (first_day, last_day);

-- The phases of growth and what is planned for each. plan is JSON.
CREATE TABLE cost_phase (
    name      TEXT   PRIMARY KEY,
    position  BIGINT NOT NULL,
    first_day TEXT   NOT NULL,
    last_day  TEXT   NOT NULL,
    plan      TEXT   NOT NULL
);
