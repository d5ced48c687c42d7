-- +goose Up
-- The selection of staff or groups that work on runs began with: it may change meanwhile.
ALTER TABLE playbook_bulk ADD COLUMN names TEXT NOT NULL DEFAULT ''; -- JSON list, '' none yet
