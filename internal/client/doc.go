// Package client is the customer's side of the REST API, for the commands that operators and developers use: requests, pages,
// and the stream of events.
//
// It promises errors that carry what the gateway said, and a stream that goes on after a break without losing an event. It
// shares no code with the server: what these commands can do, any customer's program can.
package client
