-- +goose Up
-- PostgreSQL keeps its index over events: see store/occurrences.go.
SELECT 1;
