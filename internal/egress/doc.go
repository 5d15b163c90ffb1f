// Package egress is the guarded door out: every request to an address that a customer chose goes through it.
//
// It promises that no connection is made to an address that is not public, whatever name, spelling, redirect or change of
// the DNS leads there, unless the operator opened that range, and never to the gateway's own listeners. It looks at an
// address twice: in a URL when it is registered (CheckURL) and, which is what counts, at the resolved address each time a
// connection is made (Control). It does not judge what is sent or answered.
package egress
