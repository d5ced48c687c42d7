-- +goose Up
-- Customers whose rows in identity or profile tables a batch changed: what must be read
-- again on top of a snapshot. Rows up to the snapshot's batch are deleted.
CREATE TABLE dirty (
    batch BIGINT NOT NULL,
    ord   BIGINT NOT NULL
);

-- One row: the last batch, the road's time.
CREATE TABLE road (
    id    ROWKEY,
    batch BIGINT NOT NULL,
    now   BIGINT NOT NULL -- latest moment anything was evaluated at, ms since 1970
);
