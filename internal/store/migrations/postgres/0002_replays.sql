-- +goose Up
-- Which events a packed row speaks of, so that those of one page can be found without unpacking all that came later.
ALTER TABLE outcomes ADD COLUMN min_seq BIGINT NOT NULL DEFAULT 0;
DROP INDEX outcomes_seq;
CREATE INDEX outcomes_seq ON outcomes (max_seq, min_seq);

-- Jobs that send a part of the log to one webhook again.
CREATE TABLE replays (
    id          TEXT COLLATE "C" PRIMARY KEY, -- rpl_ and a UUIDv7
    webhook_id  BIGINT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    state       TEXT NOT NULL, -- queued, running, done, cancelled, failed
    since       BIGINT NOT NULL,
    until       BIGINT NOT NULL,
    types       TEXT NOT NULL, -- JSON array of names and patterns, [] = all but the explicit ones
    statuses    TEXT NOT NULL, -- JSON array
    cursor      BIGINT NOT NULL, -- everything up to this event is done
    last        BIGINT NOT NULL, -- newest event that belongs to the job
    matched     BIGINT,           -- NULL = not counted yet
    sent        BIGINT NOT NULL DEFAULT 0,
    delivered   BIGINT NOT NULL DEFAULT 0,
    failed      BIGINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE UNIQUE INDEX replays_running ON replays (webhook_id) WHERE state IN ('queued', 'running');
CREATE INDEX replays_webhook ON replays (webhook_id, id);

-- Deliveries that somebody wants to be tried now.
CREATE TABLE retries (
    webhook_id BIGINT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    seq        BIGINT NOT NULL, -- of the event
    created_at BIGINT NOT NULL,
    PRIMARY KEY (webhook_id, seq)
);
