-- +goose Up
-- Each account has its share of the room for files: its own files are found by their last use, and bytes without a record still
-- count for it. 0 = not known.
CREATE INDEX media_account_used ON media (account_id, used_at) WHERE state = 'stored';
ALTER TABLE media_doomed ADD COLUMN account_id BIGINT NOT NULL DEFAULT 0;
