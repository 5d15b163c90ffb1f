// Package replay sends events to a webhook again: one that somebody asks for by hand, or a part of the log as a job.
//
// It works beside the engine of delivery, with requests of its own, so that live events never wait for it. What is to be done
// is in the database: a list of retries, and jobs with a cursor. A crash repeats at most the requests whose outcome was not
// on disk yet, under the same event ids, marked with webhook-replay.
//
// It promises, per ordering key of the webhook, recorded order within a job; that no attempt starts while the webhook is
// paused or disabled; and that a delivery which succeeds here is settled for the engine too.
package replay
