-- +goose Up
-- Folders of materials and scenarios of scripts, see package library.
CREATE TABLE library_folder (
    id          TEXT    PRIMARY KEY,
    space       TEXT    NOT NULL, -- materials, scripts
    parent      TEXT    NOT NULL, -- '' the top
    name        TEXT    NOT NULL,
    position    BIGINT  NOT NULL,
    panel       BOOLEAN NOT NULL, -- shown to staff, with what is below
    departments TEXT    NOT NULL, -- JSON list of corp and department; empty: everybody
    created_at  BIGINT  NOT NULL,
    created_by  TEXT    NOT NULL,
    UNIQUE (space, parent, name)
);

-- Materials and scripts. What they say is in their versions.
CREATE TABLE library_material (
    id         TEXT    PRIMARY KEY,
    space      TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    folder     TEXT    NOT NULL, -- '' the top
    name       TEXT    NOT NULL,
    tags       TEXT    NOT NULL, -- JSON list; of scripts the keywords
    search     TEXT    NOT NULL, -- name, tags and text of the newest version, in lower case
    latest     BIGINT  NOT NULL, -- number of the newest version
    approved   BIGINT  NOT NULL, -- the version in use, 0 none
    used       BIGINT  NOT NULL, -- how often staff took it
    opened     BIGINT  NOT NULL,
    forwarded  BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL, -- 0 never
    trashed_at BIGINT  NOT NULL, -- 0 not in the trash
    created_at BIGINT  NOT NULL,
    created_by TEXT    NOT NULL,
    updated_at BIGINT  NOT NULL,
    updated_by TEXT    NOT NULL
);
CREATE INDEX library_material_folder ON library_material (space, folder, id);

-- Versions never change but in their state.
CREATE TABLE library_version (
    material     TEXT   NOT NULL,
    version      BIGINT NOT NULL,
    state        TEXT   NOT NULL, -- draft, review, approved, archived, rejected
    body         TEXT   NOT NULL, -- JSON
    note         TEXT   NOT NULL, -- what its author says of it
    created_at   BIGINT NOT NULL,
    created_by   TEXT   NOT NULL,
    submitted_at BIGINT NOT NULL,
    submitted_by TEXT   NOT NULL,
    decided_at   BIGINT NOT NULL,
    decided_by   TEXT   NOT NULL,
    reason       TEXT   NOT NULL, -- of a rejection
    PRIMARY KEY (material, version)
);
CREATE INDEX library_version_state ON library_version (state, material);

-- Files that versions name, so that none is deleted under them.
CREATE TABLE library_asset (
    asset    TEXT   NOT NULL,
    material TEXT   NOT NULL,
    version  BIGINT NOT NULL,
    PRIMARY KEY (asset, material, version)
);

CREATE TABLE library_favourite (
    corp     TEXT   NOT NULL,
    userid   TEXT   NOT NULL,
    material TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (corp, userid, material)
);

-- At most one row.
CREATE TABLE library_setting (
    id       BIGINT  PRIMARY KEY,
    approval BOOLEAN NOT NULL, -- a version is used only after somebody else has approved it
    revision BIGINT  NOT NULL  -- grows with every change
);

-- Posters of many members, drawn one after another, see package poster. Kept for a day.
CREATE TABLE poster_batch (
    id         TEXT   PRIMARY KEY,
    name       TEXT   NOT NULL,
    template   TEXT   NOT NULL, -- JSON, as it was
    format     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT   NOT NULL
);

CREATE TABLE poster_image (
    batch    TEXT   NOT NULL,
    position BIGINT NOT NULL,
    corp     TEXT   NOT NULL,
    userid   TEXT   NOT NULL,
    state    TEXT   NOT NULL, -- waiting, done, failed
    reason   TEXT   NOT NULL,
    bytes    BYTEA  NOT NULL, -- sealed; empty until done
    PRIMARY KEY (batch, position)
);
