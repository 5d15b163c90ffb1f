// Package message holds what can be said on WhatsApp: addresses, outgoing messages and the limits they must keep.
//
// It promises that what passes Validate can be put into words for WhatsApp. Whether the recipient exists, and how a message
// becomes a protobuf, is not its business.
package message
