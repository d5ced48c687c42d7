-- +goose Up
-- Playbooks of many steps. Runs are numbered, and written again in bulk while they go on.
ALTER TABLE playbook ADD COLUMN num BIGINT NOT NULL DEFAULT 0; -- in rows of runs, instead of the id
ALTER TABLE playbook ADD COLUMN review TEXT NOT NULL DEFAULT ''; -- of the draft: '', in_review, approved, rejected
ALTER TABLE playbook ADD COLUMN submitted_by TEXT NOT NULL DEFAULT '';
ALTER TABLE playbook ADD COLUMN reviewed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE playbook ADD COLUMN review_note TEXT NOT NULL DEFAULT '';
ALTER TABLE playbook ADD COLUMN fired BIGINT NOT NULL DEFAULT 0; -- moments of its schedule up to here are dealt with, ms
UPDATE playbook SET num = (SELECT COUNT(*) FROM playbook p WHERE p.id <= playbook.id);
CREATE UNIQUE INDEX playbook_num ON playbook (num);
ALTER TABLE playbook_version ADD COLUMN audiences TEXT NOT NULL DEFAULT '{}'; -- key in the definition → audience made for it, JSON

CREATE TABLE playbook_setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- One subject's pass through a playbook, under the record that was reached. What may change
-- while it goes on stands last; the rest has defaults so that bulk writes can leave it out.
CREATE TABLE playbook_pass (
    num         ROWKEY,
    old_id      TEXT    NOT NULL DEFAULT '', -- public id of runs older than numbers; else run_NUM
    book        BIGINT  NOT NULL DEFAULT 0,  -- playbook.num
    kind        TEXT    NOT NULL DEFAULT '', -- of subject, '' a customer
    name        TEXT    NOT NULL DEFAULT '', -- of staff and groups
    ord         BIGINT  NOT NULL DEFAULT 0,
    run_key     TEXT    NOT NULL DEFAULT '',
    occurrence  BIGINT  NOT NULL DEFAULT 0,  -- of this playbook for this record, from 1
    trigger_seq BIGINT  NOT NULL DEFAULT 0,
    trigger_at  BIGINT  NOT NULL DEFAULT 0,
    started_at  BIGINT  NOT NULL DEFAULT 0,
    origin      TEXT    NOT NULL DEFAULT '', -- id given by whoever asked for it
    version     BIGINT  NOT NULL,
    holdout     BOOLEAN NOT NULL,
    step        TEXT    NOT NULL, -- id of the step it waits in, '' ended
    since       BIGINT  NOT NULL,
    due         BIGINT  NOT NULL,
    entries     BIGINT  NOT NULL, -- lines of history
    results     TEXT    NOT NULL, -- of its tasks by step, JSON, '' none
    ended_at    BIGINT  NOT NULL, -- 0 while it goes on
    outcome     TEXT    NOT NULL,
    detail      TEXT    NOT NULL
);
INSERT INTO playbook_pass (num, old_id, book, ord, occurrence, trigger_seq, trigger_at, started_at, version, holdout,
        step, since, due, entries, results, ended_at, outcome, detail)
    SELECT ROW_NUMBER() OVER (ORDER BY r.id), r.id, p.num, r.ord, r.occurrence, r.trigger_seq, r.trigger_at, r.started_at, r.version, r.holdout,
        '', r.started_at, 0, 3, '', r.started_at, 'done', ''
    FROM playbook_run r JOIN playbook p ON p.id = r.playbook;
DROP TABLE playbook_run;
ALTER TABLE playbook_pass RENAME TO playbook_run;
CREATE INDEX playbook_run_customer ON playbook_run (ord, num);
CREATE INDEX playbook_run_book ON playbook_run (book, num);
CREATE UNIQUE INDEX playbook_run_origin ON playbook_run (book, origin) WHERE origin <> '';
CREATE UNIQUE INDEX playbook_run_old ON playbook_run (old_id) WHERE old_id <> '';

-- What can happen in a step: a counter of the playbook's report.
CREATE TABLE playbook_cell (
    num     ROWKEY,
    book    BIGINT  NOT NULL,
    version BIGINT  NOT NULL,
    step    TEXT    NOT NULL, -- id, '' the run as a whole
    outcome TEXT    NOT NULL,
    detail  TEXT    NOT NULL,
    at_once BOOLEAN NOT NULL  -- without having waited in the step before
);
CREATE INDEX playbook_cell_book ON playbook_cell (book);

-- The history of runs, append-only. num is cell * 2^36 + the count within the cell from 1, so
-- that a counter is the end of a range and the people behind it are the range.
CREATE TABLE playbook_step (
    num ROWKEY,
    run BIGINT NOT NULL, -- 0: nobody's run
    ord BIGINT NOT NULL,
    pos BIGINT NOT NULL, -- place in the run's history, from 1
    at  BIGINT NOT NULL
);
INSERT INTO playbook_cell (num, book, version, step, outcome, detail, at_once)
    SELECT ROW_NUMBER() OVER (ORDER BY c.book, c.version, c.step, c.outcome, c.detail), c.book, c.version, c.step, c.outcome, c.detail, c.step <> ''
    FROM (
        SELECT DISTINCT r.book, r.version, d.step, CASE WHEN r.holdout THEN 'held_out' ELSE 'planned' END AS outcome, '' AS detail
        FROM playbook_run r JOIN delivery d ON d.run = r.old_id
        UNION
        SELECT DISTINCT r.book, r.version, '', 'done', '' FROM playbook_run r
        UNION
        SELECT DISTINCT r.book, r.version, '', 'entered', CASE WHEN r.holdout THEN 'control' ELSE '' END FROM playbook_run r
    ) c;
INSERT INTO playbook_step (num, run, ord, pos, at)
    SELECT c.num * 68719476736 + ROW_NUMBER() OVER (PARTITION BY c.num ORDER BY r.num), r.num, r.ord, 2, r.started_at
    FROM playbook_run r
    JOIN (SELECT DISTINCT run, step FROM delivery) d ON d.run = r.old_id
    JOIN playbook_cell c ON c.book = r.book AND c.version = r.version AND c.step = d.step
        AND c.outcome = CASE WHEN r.holdout THEN 'held_out' ELSE 'planned' END;
INSERT INTO playbook_step (num, run, ord, pos, at)
    SELECT c.num * 68719476736 + ROW_NUMBER() OVER (PARTITION BY c.num ORDER BY r.num), r.num, r.ord, CASE WHEN c.outcome = 'entered' THEN 1 ELSE 3 END, r.started_at
    FROM playbook_run r
    JOIN playbook_cell c ON c.book = r.book AND c.version = r.version AND c.step = ''
        AND (c.outcome = 'done' OR c.detail = CASE WHEN r.holdout THEN 'control' ELSE '' END);
CREATE INDEX playbook_step_run ON playbook_step (run);

-- Work on many runs at once that is under way: starts of a schedule, moves to a new version.
CREATE TABLE playbook_bulk (
    book    BIGINT NOT NULL,
    kind    TEXT   NOT NULL, -- schedule, date, existing, move, exit, stop
    fire    BIGINT NOT NULL, -- the moment it is about, ms
    version BIGINT NOT NULL,
    place   BIGINT NOT NULL, -- how far it has come
    PRIMARY KEY (book, kind, fire)
);

-- Numbers of each step, and who is behind each: the range of an index.
DROP INDEX delivery_playbook;
CREATE INDEX delivery_playbook ON delivery (playbook, state, reason, step, version, id);
