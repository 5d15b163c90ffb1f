// Package metrics collects the figures of all rooms and shows them as Prometheus text, from a registry of its own.
//
// It promises that watching changes nothing: rooms are asked for snapshots or tell what they did to a function that does not
// block, and none of them knows Prometheus. No label grows with devices, webhooks, chats or customers, so that the size of
// the answer is the same for one number and for a thousand. Figures of a single webhook are in the API (`/stats`).
package metrics
