-- +goose Up
-- Sealed URL of the proxy that a device goes through; NULL = it connects directly.
ALTER TABLE devices ADD COLUMN proxy BLOB;
