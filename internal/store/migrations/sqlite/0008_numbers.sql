-- +goose Up
-- A person's events are kept in order under one address for ever: the LID, or the number if there were events under it before
-- the LID was known.
ALTER TABLE identities ADD COLUMN chat_key TEXT NOT NULL DEFAULT ''; -- digits; '' = the LID

-- Numbers under which there are events and whose LID is not known.
CREATE TABLE numbers (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    phone      TEXT    NOT NULL, -- digits
    since      BIGINT  NOT NULL,
    PRIMARY KEY (account_id, phone)
) WITHOUT ROWID;
