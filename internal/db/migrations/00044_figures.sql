-- +goose Up
-- A list of live codes counts the latest arrivals of each from the index alone.
DROP INDEX livecode_arrival_time;
CREATE INDEX livecode_arrival_time ON livecode_arrival (code, added_at, ended_at);

-- What the platform counted of a link in the 30 days before counted_at, so that a list need not ask for each.
ALTER TABLE acquisition_link ADD COLUMN clicks BIGINT NOT NULL DEFAULT 0;
ALTER TABLE acquisition_link ADD COLUMN new_customers BIGINT NOT NULL DEFAULT 0;
ALTER TABLE acquisition_link ADD COLUMN counted_at BIGINT NOT NULL DEFAULT 0; -- 0 never
