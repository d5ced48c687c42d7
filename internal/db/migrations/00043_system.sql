-- +goose Up
-- Jobs that were given up are few among many: the page of the system asks for them often.
CREATE INDEX job_dead ON job (kind, key) WHERE dead;
