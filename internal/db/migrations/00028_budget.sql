-- +goose Up
-- What ranks touches when there are more of them than a customer may get.
ALTER TABLE delivery ADD COLUMN priority BIGINT NOT NULL DEFAULT 50;
ALTER TABLE delivery ADD COLUMN value BIGINT NOT NULL DEFAULT 0; -- expected, minor units

-- What a touch is expected to bring, from own history. A row with step '' is the whole playbook,
-- one with playbook '' the whole brand; tier and stage '' are all. See package budget.
CREATE TABLE budget_value (
    playbook    TEXT   NOT NULL,
    step        TEXT   NOT NULL,
    tier        TEXT   NOT NULL,
    stage       TEXT   NOT NULL, -- AIPL
    cell        BOOLEAN NOT NULL, -- of one tier and stage
    touches     BIGINT NOT NULL,
    conversions BIGINT NOT NULL,
    revenue     BIGINT NOT NULL, -- of the conversions, net, minor units
    rate        BIGINT NOT NULL, -- shrunk, conversions per 10^9 touches
    mean        BIGINT NOT NULL, -- shrunk revenue of a conversion, minor units
    value       BIGINT NOT NULL, -- rate times mean, minor units
    PRIMARY KEY (playbook, step, cell, tier, stage)
);

-- What the table above was made with, one row.
CREATE TABLE budget_model (
    id    ROWKEY, -- 1
    at    BIGINT NOT NULL,
    model TEXT   NOT NULL -- JSON
);

-- The ledger by day.
CREATE INDEX delivery_planned ON delivery (planned_at);
