-- +goose Up
-- What tells how long a device, and the phone that owns its number, have been away. NULL = not known.
ALTER TABLE devices ADD COLUMN heard_at BIGINT;      -- last known to be connected
ALTER TABLE devices ADD COLUMN phone_seen_at BIGINT; -- last sign of the phone
