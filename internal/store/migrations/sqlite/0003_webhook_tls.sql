-- +goose Up
-- Sealed JSON: authority, client certificate and its private key; NULL = none.
ALTER TABLE webhooks ADD COLUMN tls BLOB;
