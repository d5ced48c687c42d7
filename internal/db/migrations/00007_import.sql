-- +goose Up
-- One imported file. The file itself and its rejected rows lie sealed beside the database.
CREATE TABLE import_job (
    id             TEXT   PRIMARY KEY,
    kind           TEXT   NOT NULL, -- orders, events, customers
    name           TEXT   NOT NULL, -- of the file as uploaded
    source         TEXT   NOT NULL,
    sha256         TEXT   NOT NULL, -- of the file as uploaded
    mapping        TEXT   NOT NULL, -- JSON
    state          TEXT   NOT NULL, -- queued, running, done, failed, cancelled
    problem        TEXT   NOT NULL, -- why it failed
    created_at     BIGINT NOT NULL,
    started_at     BIGINT NOT NULL, -- 0 not yet
    finished_at    BIGINT NOT NULL, -- 0 not yet
    file_bytes     BIGINT NOT NULL, -- sealed size
    total          BIGINT NOT NULL, -- rows in the file, 0 until counted
    row_pos        BIGINT NOT NULL, -- rows of the file settled in order
    spill_pos      BIGINT NOT NULL, -- rows settled of orders that lie scattered in the file
    accepted       BIGINT NOT NULL,
    duplicates     BIGINT NOT NULL,
    rejected       BIGINT NOT NULL,
    events         BIGINT NOT NULL, -- stored by this import
    rejected_bytes BIGINT NOT NULL, -- sealed size of the rejected rows
    reasons        TEXT   NOT NULL  -- JSON object: reason of rejection to count
);
CREATE INDEX import_job_file ON import_job (sha256, kind, source);
CREATE INDEX import_job_state ON import_job (state);
