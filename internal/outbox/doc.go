// Package outbox holds the messages on their way to WhatsApp.
//
// A message is a row with its finished protobuf and an id of our own before WhatsApp sees it; it is sent per chat in order, one
// at a time per device, and again under the same id as long as the outcome is unknown. It promises that one Idempotency-Key
// gives one message, and that the event of an outcome is on disk together with the outcome.
package outbox
