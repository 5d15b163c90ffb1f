-- +goose Up
-- Which occurrence is which event, for all events but the newest: see store/occurrences.go. It takes the place of an index
-- over events, whose pages every event touched at random.
CREATE TABLE occurrences (
    key BLOB   PRIMARY KEY, -- events.source_key
    seq BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO occurrences (key, seq) SELECT source_key, seq FROM events WHERE source_key IS NOT NULL ORDER BY source_key;
INSERT INTO meta (key, value) SELECT 'occurrences_merged', coalesce(max(seq), 0) FROM events;
DROP INDEX events_source;
