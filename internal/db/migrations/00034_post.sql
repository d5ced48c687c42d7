-- +goose Up
-- What a step of a playbook published through staff: one mass send to groups or one moment
-- for each corp. See package post.
CREATE TABLE playbook_post (
    id       TEXT   NOT NULL, -- of the order
    corp     TEXT   NOT NULL,
    playbook TEXT   NOT NULL,
    step     TEXT   NOT NULL,
    run      TEXT   NOT NULL,
    kind     TEXT   NOT NULL, -- groups, moments
    target   TEXT   NOT NULL, -- id of the mass send or the moment, '' refused
    reason   TEXT   NOT NULL, -- why it was refused, '' it was not
    at       BIGINT NOT NULL,
    PRIMARY KEY (id, corp)
);
CREATE INDEX playbook_post_list ON playbook_post (playbook, at, id);
