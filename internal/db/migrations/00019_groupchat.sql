-- +goose Up
CREATE TABLE group_chat (
    corp         TEXT   NOT NULL,
    chat         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    owner        TEXT   NOT NULL,
    status       BIGINT NOT NULL, -- of the owner: 0 there, 1 left, 2 being inherited, 3 inherited
    version      TEXT   NOT NULL, -- of the members, as the platform numbers it
    size         BIGINT NOT NULL, -- members now
    externals    BIGINT NOT NULL, -- of them external
    created_at   BIGINT NOT NULL,
    dismissed_at BIGINT NOT NULL, -- 0 exists
    pulled_at    BIGINT NOT NULL, -- when what is here was asked for, 0 never
    PRIMARY KEY (corp, chat)
);
CREATE INDEX group_chat_owner ON group_chat (corp, owner);

-- Who is, or was last, in a group. sealed holds names.
CREATE TABLE group_member (
    corp      TEXT   NOT NULL,
    chat      TEXT   NOT NULL,
    member    TEXT   NOT NULL, -- userid or external_userid
    kind      BIGINT NOT NULL, -- 1 staff, 2 external
    leaf      BIGINT NOT NULL, -- customer record, 0 none
    scene     TEXT   NOT NULL, -- invited, link, code
    inviter   TEXT   NOT NULL,
    state     TEXT   NOT NULL, -- of the join code
    stays     BIGINT NOT NULL, -- how often joined
    joined_at BIGINT NOT NULL,
    left_at   BIGINT NOT NULL, -- 0 is in
    quit      TEXT   NOT NULL, -- left, removed, dismissed, unknown
    sealed    BYTEA  NOT NULL,
    PRIMARY KEY (corp, chat, member)
);
CREATE INDEX group_member_member ON group_member (corp, member);
CREATE INDEX group_member_leaf ON group_member (leaf);

-- Codes through which customers join groups.
CREATE TABLE group_code (
    id         TEXT    PRIMARY KEY,
    corp       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    config     TEXT    NOT NULL, -- the platform's id
    qr         TEXT    NOT NULL, -- address of the picture
    state      TEXT    NOT NULL, -- comes back with who joins
    groups     TEXT    NOT NULL, -- JSON list: all groups it may lead to, in order
    active     TEXT    NOT NULL, -- JSON list: those it leads to now
    full_at    BIGINT  NOT NULL, -- members at which a group gives way to the next
    auto_make  BOOLEAN NOT NULL, -- the platform makes a new group when all are full
    base_name  TEXT    NOT NULL,
    base_next  BIGINT  NOT NULL,
    problem    TEXT    NOT NULL, -- what stands in the way, for people
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL
);
CREATE INDEX group_code_corp ON group_code (corp, id);

CREATE TABLE group_welcome (
    id         TEXT    PRIMARY KEY,
    corp       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    template   TEXT    NOT NULL, -- the platform's id
    content    TEXT    NOT NULL, -- JSON
    notify     BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL
);

-- Counts of an owner's groups on a day.
CREATE TABLE group_stat (
    corp        TEXT   NOT NULL,
    owner       TEXT   NOT NULL,
    day         TEXT   NOT NULL, -- 2026-03-02 in the platform's zone
    new_chats   BIGINT NOT NULL,
    chats       BIGINT NOT NULL,
    chats_alive BIGINT NOT NULL, -- with a message
    new_members BIGINT NOT NULL,
    members     BIGINT NOT NULL,
    talkers     BIGINT NOT NULL, -- members with a message
    messages    BIGINT NOT NULL,
    PRIMARY KEY (corp, owner, day)
);
