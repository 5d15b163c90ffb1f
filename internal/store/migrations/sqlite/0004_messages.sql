-- +goose Up
-- What the owner of a device has set: a JSON object; what is missing has its default.
ALTER TABLE devices ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

-- The chats of a device. The writer gives the ids, rising, and never one twice while the process runs.
CREATE TABLE chats (
    id                   INTEGER NOT NULL PRIMARY KEY,
    device_id            TEXT REFERENCES devices (id) ON DELETE SET NULL, -- NULL = the device is gone: what hangs on this row is being deleted
    key                  TEXT   NOT NULL, -- canonical address: the LID of a person when it is known
    name                 TEXT   NOT NULL DEFAULT '',
    last_at              BIGINT NOT NULL, -- of the newest message
    unread               BIGINT NOT NULL DEFAULT 0,
    archived             BIGINT NOT NULL DEFAULT 0,
    pinned               BIGINT NOT NULL DEFAULT 0,
    muted_until          BIGINT, -- NULL = not muted, -1 = for ever
    disappearing_seconds BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX chats_key ON chats (device_id, key);

-- Where a message is: the content stays in the log.
CREATE TABLE messages (
    id         INTEGER NOT NULL PRIMARY KEY, -- events.seq; negative: old_messages.id
    chat_id    BIGINT NOT NULL,
    message_id TEXT   NOT NULL,
    sent_at    BIGINT NOT NULL,
    sender     TEXT   NOT NULL, -- canonical address; "me"
    kind       TEXT   NOT NULL,
    status     TEXT   NOT NULL DEFAULT '', -- what the history told of an own message
    edited     BIGINT, -- events.seq of the newest edit
    deleted    BIGINT  -- when it was deleted for everyone
);
CREATE UNIQUE INDEX messages_key ON messages (chat_id, message_id);
CREATE INDEX messages_newest ON messages (chat_id, sent_at, id);

-- Content of messages that came with the history and are not in the log. The ids fall: -1 is the oldest row.
CREATE TABLE old_messages (
    id        INTEGER NOT NULL PRIMARY KEY,
    stored_at BIGINT NOT NULL,
    body      BLOB   NOT NULL -- the message object
);

-- Who has got, read and played own messages. A receipt may come before the message is in the log.
CREATE TABLE receipts (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id      BIGINT NOT NULL,
    message_id   TEXT   NOT NULL,
    person       TEXT   NOT NULL, -- canonical address
    delivered_at BIGINT,
    read_at      BIGINT,
    played_at    BIGINT,
    stored_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX receipts_key ON receipts (chat_id, message_id, person);

-- The parts of a history that the phone has announced, and how far each has come.
CREATE TABLE history_parts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    device_id   TEXT   NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    message_id  TEXT   NOT NULL, -- of the notice
    notice      BLOB   NOT NULL, -- protobuf
    type        TEXT   NOT NULL, -- initial, recent, full, push_names, on_demand …
    chunk       BIGINT,
    progress    BIGINT,
    request_id  TEXT   NOT NULL DEFAULT '',
    state       TEXT   NOT NULL, -- waiting, stored, done, failed
    position    BIGINT NOT NULL DEFAULT 0, -- messages that are dealt with
    chats       BIGINT NOT NULL DEFAULT 0,
    messages    BIGINT NOT NULL DEFAULT 0, -- of those dealt with, that were new
    attempts    BIGINT NOT NULL DEFAULT 0,
    error       TEXT   NOT NULL DEFAULT '',
    next_at     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);
CREATE UNIQUE INDEX history_parts_notice ON history_parts (device_id, message_id);
CREATE INDEX history_parts_open ON history_parts (next_at, id) WHERE state IN ('waiting', 'stored');
