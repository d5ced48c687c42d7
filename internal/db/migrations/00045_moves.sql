-- +goose Up
-- Who entered and left one audience, without a look at the moves of all others. New rows go
-- to the end of their audience's part, so that writing stays cheap.
CREATE INDEX transition_audience ON transition (audience, seq, ord, entered);

-- How many changed between levels in a span of time, and who.
CREATE INDEX customer_level_span ON customer_level (kind, at, seq, from_level, to_level);
