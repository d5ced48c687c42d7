-- +goose Up
-- Grouped deliveries travel many to a call and have no jobs of their own.
ALTER TABLE delivery ADD COLUMN grouped BOOLEAN NOT NULL DEFAULT FALSE;

-- Customers whom the platform called full: nothing more reaches them on the channel's
-- account until the period ends.
CREATE TABLE quota_full (
    channel TEXT   NOT NULL,
    account TEXT   NOT NULL, -- the corp
    ord     BIGINT NOT NULL, -- the customer's record
    until   BIGINT NOT NULL,
    PRIMARY KEY (channel, account, ord)
);
