-- +goose Up
-- Drafts made from the library of package sop, with the document as it was then.
CREATE TABLE sop_install (
    id       TEXT   PRIMARY KEY,
    playbook TEXT   NOT NULL,
    sop      TEXT   NOT NULL, -- key in the library
    version  BIGINT NOT NULL, -- of the library's playbook
    industry TEXT   NOT NULL,
    lang     TEXT   NOT NULL,
    params   TEXT   NOT NULL, -- JSON object: what was given and found
    document TEXT   NOT NULL, -- JSON
    at       BIGINT NOT NULL,
    made_by  TEXT   NOT NULL
);

-- How members of staff appear. sheet is JSON.
CREATE TABLE persona (
    id         TEXT   PRIMARY KEY,
    name       TEXT   NOT NULL,
    sheet      TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    made_by    TEXT   NOT NULL
);

CREATE TABLE persona_member (
    corp    TEXT   NOT NULL,
    staff   TEXT   NOT NULL,
    persona TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (corp, staff)
);
CREATE INDEX persona_member_of ON persona_member (persona);

-- What accounts, groups and campaigns need. items is JSON.
CREATE TABLE checklist (
    id          TEXT   PRIMARY KEY,
    name        TEXT   NOT NULL,
    about       TEXT   NOT NULL, -- account, group or campaign
    items       TEXT   NOT NULL,
    repeat_days BIGINT NOT NULL, -- until the next audit of the same thing, 0 never
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    made_by     TEXT   NOT NULL
);

-- A checklist held against one thing. items is the list as it was then; answers is sealed.
CREATE TABLE audit_sheet (
    id         TEXT    PRIMARY KEY,
    checklist  TEXT    NOT NULL,
    name       TEXT    NOT NULL, -- of the checklist
    about      TEXT    NOT NULL,
    subject    TEXT    NOT NULL, -- userid, chat id, or the name of a campaign
    corp       TEXT    NOT NULL,
    staff      TEXT    NOT NULL, -- who answers it
    items      TEXT    NOT NULL,
    answers    BYTEA   NOT NULL, -- JSON: item to answer
    state      TEXT    NOT NULL, -- open, done
    score      BIGINT  NOT NULL, -- percent of what was found in order, -1 while nothing is answered
    due_at     BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL,
    done_at    BIGINT  NOT NULL,
    before_id  TEXT    NOT NULL  -- the audit that this one repeats, '' none
);
CREATE INDEX audit_sheet_staff ON audit_sheet (corp, staff, state);
CREATE INDEX audit_sheet_checklist ON audit_sheet (checklist);
CREATE UNIQUE INDEX audit_sheet_before ON audit_sheet (before_id) WHERE before_id <> '';
