-- +goose Up
-- What a step asks for, once for all tasks of it: sealed JSON of flow.Task. See package task.
CREATE TABLE task_spec (
    id     TEXT  PRIMARY KEY, -- fingerprint of the content
    sealed BYTEA NOT NULL
);

CREATE TABLE task (
    id           TEXT    PRIMARY KEY,
    playbook     TEXT    NOT NULL, -- '' made by hand
    name         TEXT    NOT NULL, -- of the playbook
    version      BIGINT  NOT NULL,
    run          TEXT    NOT NULL,
    step         TEXT    NOT NULL,
    variant      TEXT    NOT NULL,
    kind         TEXT    NOT NULL, -- customer, staff, group, brand
    ord          BIGINT  NOT NULL, -- the customer's record, 0 none
    subject      TEXT    NOT NULL, -- CORP/USERID, CORP/CHATID
    trigger_seq  BIGINT  NOT NULL,
    spec         TEXT    NOT NULL,
    priority     BIGINT  NOT NULL,
    corp         TEXT    NOT NULL,
    staff        TEXT    NOT NULL, -- '' nobody yet
    department   BIGINT  NOT NULL, -- of the member when it was assigned, 0 none
    card         TEXT    NOT NULL,
    message      TEXT    NOT NULL, -- that tells of it
    state        TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    sealed       BYTEA   NOT NULL, -- JSON: title, script, note
    ticks        TEXT    NOT NULL, -- JSON list of checked items
    result       TEXT    NOT NULL,
    late         BOOLEAN NOT NULL,
    fixed        BOOLEAN NOT NULL, -- the deadline does not count from telling
    day          TEXT    NOT NULL, -- of making, in the brand's zone
    made_by      TEXT    NOT NULL,
    done_by      TEXT    NOT NULL,
    leader       TEXT    NOT NULL, -- who is told when it stays overdue
    created_at   BIGINT  NOT NULL,
    assigned_at  BIGINT  NOT NULL,
    open_at      BIGINT  NOT NULL,
    told_at      BIGINT  NOT NULL, -- the message arrived
    opened_at    BIGINT  NOT NULL, -- the member looked
    deadline     BIGINT  NOT NULL,
    overdue_at   BIGINT  NOT NULL,
    escalate_at  BIGINT  NOT NULL, -- 0 never
    escalated_at BIGINT  NOT NULL,
    ended_at     BIGINT  NOT NULL,
    settled_at   BIGINT  NOT NULL
);
CREATE INDEX task_planned ON task (id) WHERE state = 'planned';
CREATE INDEX task_by_card ON task (card, state);
CREATE INDEX task_by_message ON task (message) WHERE message <> '';
CREATE INDEX task_staff ON task (corp, staff, state, deadline);
CREATE INDEX task_ord ON task (ord) WHERE ord > 0;
CREATE INDEX task_run ON task (run) WHERE run <> '';
CREATE INDEX task_playbook ON task (playbook, state);
CREATE INDEX task_day ON task (day);
CREATE INDEX task_leader ON task (corp, leader, escalate_at) WHERE escalate_at > 0 AND escalated_at = 0;

-- Tasks of one member that are told of together.
CREATE TABLE task_card (
    id         TEXT   PRIMARY KEY,
    corp       TEXT   NOT NULL,
    staff      TEXT   NOT NULL,
    playbook   TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    step       TEXT   NOT NULL,
    spec       TEXT   NOT NULL,
    variant    TEXT   NOT NULL,
    bucket     TEXT   NOT NULL, -- the day or window it belongs to
    sealed     BYTEA  NOT NULL, -- title
    priority   BIGINT NOT NULL,
    deadline   BIGINT NOT NULL, -- the earliest so far
    created_at BIGINT NOT NULL,
    tell_due   BIGINT NOT NULL, -- 0: nothing to tell
    waits      TEXT   NOT NULL, -- why tell_due is later: capacity, quiet, or nothing
    messages   BIGINT NOT NULL, -- planned so far, reminders apart
    last_at    BIGINT NOT NULL, -- of the last of them
    told_day   TEXT   NOT NULL  -- day of the first of them, '' none
);
CREATE INDEX task_card_due ON task_card (corp, staff, tell_due) WHERE tell_due > 0;
CREATE INDEX task_card_told ON task_card (corp, staff, told_day) WHERE told_day <> '';

-- One row for each message to a member, written before the call.
CREATE TABLE task_message (
    id         TEXT   PRIMARY KEY,
    corp       TEXT   NOT NULL,
    staff      TEXT   NOT NULL,
    card       TEXT   NOT NULL, -- '' of an escalation
    kind       TEXT   NOT NULL, -- told, more, remind, escalate
    n          TEXT   NOT NULL, -- which of its kind
    day        TEXT   NOT NULL,
    tasks      BIGINT NOT NULL,
    state      TEXT   NOT NULL, -- planned, attempting, sent, failed, unknown, dropped
    reason     TEXT   NOT NULL,
    sealed     BYTEA  NOT NULL, -- the body as it is sent
    tries      BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    first_at   BIGINT NOT NULL, -- of the first attempt that may have arrived
    ended_at   BIGINT NOT NULL,
    UNIQUE (corp, staff, card, kind, n)
);
CREATE INDEX task_message_card ON task_message (card, state);
CREATE INDEX task_message_day ON task_message (corp, staff, day);

CREATE TABLE task_history (
    id     TEXT   PRIMARY KEY,
    task   TEXT   NOT NULL,
    at     BIGINT NOT NULL,
    what   TEXT   NOT NULL,
    actor  TEXT   NOT NULL,
    staff  TEXT   NOT NULL,
    target TEXT   NOT NULL, -- of a hand-over
    detail TEXT   NOT NULL
);
CREATE INDEX task_history_task ON task_history (task, id);

CREATE TABLE task_setting (
    one  BIGINT PRIMARY KEY,
    body TEXT   NOT NULL
);
