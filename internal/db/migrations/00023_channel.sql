-- +goose Up
-- Accounts at providers of SMS, mail and WeChat messages. See package channel. secret is sealed.
CREATE TABLE channel_endpoint (
    id         TEXT    PRIMARY KEY,
    kind       TEXT    NOT NULL, -- aliyun_sms, tencent_sms, smtp, wechat_official, wechat_mini
    name       TEXT    NOT NULL UNIQUE,
    settings   TEXT    NOT NULL, -- JSON, nothing secret
    secret     BYTEA   NOT NULL,
    serial     BIGINT  NOT NULL, -- of the path that receipts take
    disabled   BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL
);

-- Short messages under way: when they were handed to the provider, and the provider's number of
-- them. A row goes when the delivery is settled.
CREATE TABLE channel_call (
    delivery    TEXT   PRIMARY KEY,
    endpoint    TEXT   NOT NULL,
    provider_id TEXT   NOT NULL,
    called_at   BIGINT NOT NULL
);
CREATE INDEX channel_call_provider ON channel_call (endpoint, provider_id);
