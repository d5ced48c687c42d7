-- +goose Up
-- Self-assessments of how mature the brand's private domain is. See package insight/maturity.
CREATE TABLE maturity (
    id         TEXT   PRIMARY KEY,
    result     TEXT   NOT NULL, -- JSON: answers, evidence, scores and the plan as they were
    created_at BIGINT NOT NULL,
    created_by TEXT   NOT NULL
);
