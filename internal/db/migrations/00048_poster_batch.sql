-- +goose Up
-- Of which poster of the library a batch is; '' those from before.
ALTER TABLE poster_batch ADD COLUMN material TEXT NOT NULL DEFAULT '';
CREATE INDEX poster_batch_material ON poster_batch (material, id);
