-- +goose Up
-- What ranks touches when there are more of them than a customer may get.
ALTER TABLE delivery ADD COLUMN priority BIGINT NOT NULL DEFAULT 50;
ALTER TABLE delivery ADD COLUMN value BIGINT NOT NULL DEFAULT 0; -- expected, minor units
