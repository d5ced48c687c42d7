-- +goose Up
-- Why nobody could be told of a loss; '' while nobody tried, and once told.
ALTER TABLE contact_loss ADD COLUMN untold TEXT NOT NULL DEFAULT '';
