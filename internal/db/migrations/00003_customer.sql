-- +goose Up
-- One sealed document per customer record: traits and tags with their times.
CREATE TABLE profile (
    ord        ROWKEY,
    body       BYTEA  NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Orders by the shop's order id. A row without completed is a refund whose order is unknown.
CREATE TABLE customer_order (
    id              TEXT    NOT NULL PRIMARY KEY,
    ord             BIGINT  NOT NULL, -- customer number, 0 nobody
    completed       BOOLEAN NOT NULL,
    at              BIGINT  NOT NULL, -- of the event that tells the amounts, ms since 1970
    currency        TEXT    NOT NULL,
    gross           BIGINT  NOT NULL, -- minor units of currency
    refund_at       BIGINT  NOT NULL, -- of the refund whose customer owns the row, ms since 1970
    refund_currency TEXT    NOT NULL,
    refunded        BIGINT  NOT NULL, -- sum of refunds that name an amount, minor units
    void            BOOLEAN NOT NULL  -- cancelled, or refunded without an amount: all of it
);
CREATE INDEX customer_order_ord ON customer_order (ord);

-- Every change of a lifecycle stage or tier. -1 is no stage. prev chains the changes of one
-- customer, so that no index is needed: one would cost a random page for each change.
CREATE TABLE customer_level (
    seq        ROWKEY,
    ord        BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    from_level BIGINT NOT NULL,
    to_level   BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    prev       BIGINT NOT NULL  -- seq of the customer's change before, 0 none
);

-- The rules of stages and tiers, lowest first; defaults apply where there is no row.
CREATE TABLE level_rule (
    kind       TEXT   NOT NULL,
    pos        BIGINT NOT NULL,
    rule       TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (kind, pos)
);
