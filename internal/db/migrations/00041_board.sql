-- +goose Up
-- What a brand says about itself for its boards. See package insight/board.
CREATE TABLE board_setting (
    one  BIGINT PRIMARY KEY,
    body TEXT   NOT NULL -- JSON
);
