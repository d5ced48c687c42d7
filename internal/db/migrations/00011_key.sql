-- +goose Up
-- One row: a known text, sealed with the key that everything here is sealed with.
CREATE TABLE key_check (
    id     ROWKEY,
    sealed BYTEA NOT NULL
);
