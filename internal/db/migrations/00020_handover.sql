-- +goose Up
-- Customers and groups that go from one member of staff to another. See package handover.
CREATE TABLE transfer (
    id         TEXT   PRIMARY KEY,
    corp       TEXT   NOT NULL,
    kind       TEXT   NOT NULL, -- active, resigned
    object     TEXT   NOT NULL, -- customer, group
    from_user  TEXT   NOT NULL,
    to_user    TEXT   NOT NULL,
    message    TEXT   NOT NULL, -- what the customer is told
    made_by    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    state      TEXT   NOT NULL, -- running, done
    ended_at   BIGINT NOT NULL  -- 0 while running
);
CREATE INDEX transfer_corp ON transfer (corp, id);

CREATE TABLE transfer_item (
    transfer   TEXT   NOT NULL,
    item       TEXT   NOT NULL, -- external_userid or chat_id
    corp       TEXT   NOT NULL,
    ord        BIGINT NOT NULL, -- customer record, 0 for groups
    state      TEXT   NOT NULL, -- planned, asking, waiting, done, refused, full, failed
    reason     TEXT   NOT NULL,
    asked_at   BIGINT NOT NULL, -- 0 never
    settled_at BIGINT NOT NULL, -- 0 while open
    PRIMARY KEY (transfer, item)
);
CREATE INDEX transfer_item_asked ON transfer_item (corp, item, asked_at);
CREATE INDEX transfer_item_open ON transfer_item (transfer, state, item);

-- Relations that ended, by whose hand, and whether somebody was told.
CREATE TABLE contact_loss (
    id            ROWKEY,
    corp          TEXT   NOT NULL,
    user_id       TEXT   NOT NULL,
    external      TEXT   NOT NULL,
    nth           BIGINT NOT NULL, -- which of the contact's additions it ended
    ord           BIGINT NOT NULL,
    kind          TEXT   NOT NULL, -- lost (by the customer), deleted (by the member)
    at            BIGINT NOT NULL,
    told_at       BIGINT NOT NULL, -- 0 not yet
    returned_at   BIGINT NOT NULL  -- 0 not yet: added again
);
CREATE UNIQUE INDEX contact_loss_once ON contact_loss (corp, user_id, external, nth);
CREATE INDEX contact_loss_untold ON contact_loss (corp, user_id, told_at);
