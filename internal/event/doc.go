// Package event holds what can happen: the catalogue of event types, the envelope, the payload structs and how they become
// the bytes that are stored, signed and sent.
//
// It promises that an event is rendered once, that the rendering is compact UTF-8 JSON in catalogue order, and that the
// optional parts of a body (see Include) can be put back byte for byte at any time. It knows nothing about storage,
// webhooks or WhatsApp's library.
package event
