-- +goose Up
-- The trail is read newest first, by whoever did it, by what was done, by what it was done to.
DROP INDEX audit_object;
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_actor ON audit (actor, at, id);
CREATE INDEX audit_action ON audit (action, at, id);
CREATE INDEX audit_object ON audit (object, at, id);
