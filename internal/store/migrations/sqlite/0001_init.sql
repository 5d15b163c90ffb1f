-- +goose Up
-- Times are Unix milliseconds. Booleans are 0 or 1.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- A customer. The origin calls it "API key": its id is the id of /admin/api-keys.
CREATE TABLE accounts (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_name       TEXT    NOT NULL,
    customer_email      TEXT    NOT NULL DEFAULT '',
    customer_phone      TEXT    NOT NULL DEFAULT '',
    max_devices         INTEGER NOT NULL,
    rate_limit_per_hour INTEGER,
    active              INTEGER NOT NULL DEFAULT 1,
    created_at          BIGINT  NOT NULL,
    updated_at          BIGINT  NOT NULL
);

CREATE TABLE api_keys (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    hash       BLOB    NOT NULL UNIQUE, -- SHA-256 of the key
    masked     TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT
);
CREATE INDEX api_keys_account ON api_keys (account_id);

CREATE TABLE devices (
    id             TEXT    PRIMARY KEY, -- UUID
    account_id     INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name           TEXT    NOT NULL DEFAULT '',
    metadata       TEXT    NOT NULL DEFAULT '{}', -- JSON object
    secret_hash    BLOB    NOT NULL,              -- SHA-256 of the device secret
    token_version  INTEGER NOT NULL DEFAULT 1,    -- raised: older tokens end
    jid            TEXT,   -- AD form, with the device number; NULL = not linked
    lid            TEXT,
    phone          TEXT,   -- E.164 with +
    push_name      TEXT    NOT NULL DEFAULT '',
    business_name  TEXT    NOT NULL DEFAULT '',
    platform       TEXT    NOT NULL DEFAULT '',
    state          TEXT    NOT NULL DEFAULT 'new',
    state_reason   TEXT    NOT NULL DEFAULT '',
    state_since    BIGINT  NOT NULL,
    state_until    BIGINT, -- end of a ban or of a time lock
    connected_at   BIGINT, -- begin of the last connection
    last_event_at  BIGINT,
    sequence       BIGINT  NOT NULL DEFAULT 0, -- number of the last sequenced event
    created_at     BIGINT  NOT NULL,
    updated_at     BIGINT  NOT NULL
);
CREATE INDEX devices_account ON devices (account_id, created_at, id);
CREATE UNIQUE INDEX devices_phone ON devices (phone) WHERE phone IS NOT NULL; -- one session per number

-- What one account's devices have learnt about who is who. Never shared between accounts.
CREATE TABLE identities (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    lid        TEXT    NOT NULL, -- user part
    phone      TEXT    NOT NULL, -- digits
    since      BIGINT  NOT NULL,
    PRIMARY KEY (account_id, lid)
) WITHOUT ROWID;
CREATE INDEX identities_phone ON identities (account_id, phone);

-- The log. A row here is the moment from which an event is ours.
CREATE TABLE events (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT, -- commit order, never reused
    id         TEXT    NOT NULL UNIQUE,
    type       TEXT    NOT NULL,
    class      TEXT    NOT NULL,
    account_id INTEGER NOT NULL,
    device_id  TEXT,
    sequence   BIGINT,           -- per device, without gaps; NULL = best effort
    order_key  TEXT    NOT NULL,
    source_key BLOB,             -- hash of device and occurrence; NULL = every occurrence is new
    at         BIGINT  NOT NULL,
    body       BLOB    NOT NULL, -- the envelope as it is signed and sent
    raw        BLOB              -- JSON of the optional part
);
CREATE UNIQUE INDEX events_source ON events (source_key) WHERE source_key IS NOT NULL;

CREATE TABLE webhooks (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id       INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    device_id        TEXT REFERENCES devices (id) ON DELETE CASCADE, -- NULL = all devices of the account
    url              TEXT    NOT NULL,
    events           TEXT    NOT NULL, -- JSON array as the caller gave it, [] = all
    description      TEXT    NOT NULL DEFAULT '',
    headers          BLOB,             -- sealed JSON object
    ordering         TEXT    NOT NULL,
    timeout_seconds  INTEGER NOT NULL,
    max_in_flight    INTEGER NOT NULL,
    rate_limit       INTEGER,
    include          TEXT    NOT NULL, -- JSON array
    version          INTEGER NOT NULL,
    status           TEXT    NOT NULL, -- active, paused, disabled
    reason           TEXT    NOT NULL DEFAULT '', -- user, gone, no_success_5d
    status_since     BIGINT  NOT NULL,
    filters          TEXT    NOT NULL, -- JSON array of {from, events, include}: what is wanted from which seq on
    cursor           BIGINT  NOT NULL, -- every event up to here is settled or has a row in deliveries
    breaker_opened_at BIGINT,          -- NULL = closed
    breaker_probe_at BIGINT,
    breaker_failures INTEGER NOT NULL DEFAULT 0, -- in a row
    last_success_at  BIGINT,
    last_failure_at  BIGINT,
    created_at       BIGINT  NOT NULL,
    updated_at       BIGINT  NOT NULL
);
CREATE INDEX webhooks_account ON webhooks (account_id, id);

CREATE TABLE webhook_secrets (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    sealed     BLOB    NOT NULL,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT
);
CREATE INDEX webhook_secrets_webhook ON webhook_secrets (webhook_id);

-- Deliveries that the cursor cannot tell: refused at least once and not yet settled, or given up.
CREATE TABLE deliveries (
    webhook_id  INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    seq         BIGINT  NOT NULL, -- of the event
    status      TEXT    NOT NULL, -- retrying, late, dead, expired, skipped
    tries       INTEGER NOT NULL, -- spent of the message clock
    attempts    INTEGER NOT NULL, -- made, probes included
    next_at     BIGINT,
    reason      TEXT    NOT NULL DEFAULT '',
    updated_at  BIGINT  NOT NULL,
    PRIMARY KEY (webhook_id, seq)
) WITHOUT ROWID;

-- Successes of one commit round, packed: see store/outcomes.go for the form.
CREATE TABLE outcomes (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      BIGINT NOT NULL,
    max_seq BIGINT NOT NULL,
    packed  BLOB   NOT NULL
);
CREATE INDEX outcomes_seq ON outcomes (max_seq);

-- Failed attempts, one row each.
CREATE TABLE attempts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id  INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    seq         BIGINT  NOT NULL,
    n           INTEGER NOT NULL,
    trigger     TEXT    NOT NULL, -- auto, probe
    at          BIGINT  NOT NULL,
    duration_ms BIGINT  NOT NULL,
    status_code INTEGER,
    error_class TEXT    NOT NULL,
    error       TEXT    NOT NULL DEFAULT '',
    excerpt     BLOB,
    headers     TEXT    -- JSON of the answer's headers
);
CREATE INDEX attempts_delivery ON attempts (webhook_id, seq);

-- Messages on their way to WhatsApp.
CREATE TABLE outbox (
    device_id   TEXT    NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    message_id  TEXT    NOT NULL,
    position    BIGINT  NOT NULL, -- order of submission on the device
    chat        TEXT    NOT NULL, -- JID as resolved: the LID when it is known
    payload     BLOB    NOT NULL, -- the finished protobuf
    body        TEXT    NOT NULL, -- JSON of message.Outgoing and who it is for
    client_ref  TEXT    NOT NULL DEFAULT '',
    state       TEXT    NOT NULL, -- queued, sending, sent, failed, cancelled
    attempts    INTEGER NOT NULL DEFAULT 0,
    error       TEXT    NOT NULL DEFAULT '',
    next_at     BIGINT,
    expires_at  BIGINT  NOT NULL,
    sent_at     BIGINT,
    server_id   BIGINT,
    created_at  BIGINT  NOT NULL,
    PRIMARY KEY (device_id, message_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX outbox_order ON outbox (device_id, position);
CREATE INDEX outbox_open ON outbox (state, device_id, position) WHERE state IN ('queued', 'sending');

-- Answers kept for repeated requests, 24 h.
CREATE TABLE idempotency (
    scope        TEXT    NOT NULL, -- credential's account, device and path
    key          TEXT    NOT NULL,
    request_hash BLOB    NOT NULL,
    status       INTEGER NOT NULL, -- HTTP status
    response     BLOB    NOT NULL, -- sealed answer, secrets included
    created_at   BIGINT  NOT NULL,
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_created ON idempotency (created_at);
