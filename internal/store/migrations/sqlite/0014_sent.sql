-- +goose Up
-- What a request carried that does not follow from the rest of its row: JSON {agent, next, custom}; null = no request went out,
-- NULL = not kept, as in rows of before.
ALTER TABLE attempts ADD COLUMN sent TEXT;
