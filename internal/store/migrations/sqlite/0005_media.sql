-- +goose Up
-- Files that came with messages. A row is committed together with the event that names it.
CREATE TABLE media (
    id          TEXT PRIMARY KEY, -- med_ and a UUIDv7, as in the body of the event
    device_id   TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    account_id  INTEGER NOT NULL,
    event_id    TEXT NOT NULL, -- the event that named it
    order_key   TEXT NOT NULL,   -- of that event
    message_id  TEXT NOT NULL,
    chat        TEXT NOT NULL,   -- JID, as WhatsApp used it
    sender      TEXT NOT NULL,
    from_me     INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    keys        TEXT NOT NULL,   -- family of keys
    mime_type   TEXT NOT NULL,
    filename    TEXT NOT NULL,
    size        BIGINT NOT NULL, -- as the sender says; 0 = unknown
    direct_path TEXT NOT NULL,
    url         TEXT NOT NULL,
    sealed_key  BLOB,           -- media key; NULL = not encrypted
    sha256      BLOB,           -- of the file; NULL = unknown until it is stored
    enc_sha256  BLOB,
    thumbnail   BLOB,
    state       TEXT NOT NULL DEFAULT 'remote', -- remote, storing, stored, gone
    reason      TEXT NOT NULL DEFAULT '',       -- of the last failure that was announced
    stored_size BIGINT NOT NULL DEFAULT 0,
    stored_at   BIGINT,
    used_at     BIGINT,
    asked_at    BIGINT, -- the phone owes an answer
    next_at     BIGINT, -- it is fetched then without anybody asking
    attempts    INTEGER NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL
);
CREATE INDEX media_message ON media (device_id, message_id);
CREATE INDEX media_used ON media (used_at) WHERE state = 'stored';
CREATE INDEX media_storing ON media (id) WHERE state = 'storing';
CREATE INDEX media_next ON media (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX media_asked ON media (asked_at) WHERE asked_at IS NOT NULL;
CREATE INDEX media_created ON media (created_at, id);

-- Files that lie in our store although their records are gone.
CREATE TABLE media_doomed (
    id   TEXT PRIMARY KEY,
    size BIGINT NOT NULL
) WITHOUT ROWID;
