// Package control is the HTTP API that drives a simulator: customers and our own suites create people with it, let them
// write, read what they received, and break things.
//
// It listens on loopback only, on a port of its own, so that it stays when the wire of the simulated WhatsApp is down.
// There is no login; instead a browser page of somebody else can do nothing, because Host and Origin must be loopback
// names. A reply to a change comes after the change: stanzas for connected devices are in their queues by then.
//
// Routes are data (routes.go): the mux, the OpenAPI document and the checks of bodies and query parameters are made of the
// same table and the same structs. A field without omitempty must be given, and is always there in a reply. Unknown fields
// and parameters are errors, so what is not simulated is never accepted in silence.
//
// It promises the surface of docs/simulator.md: additive changes only. It decides nothing about WhatsApp itself; that is
// the work of package simulator.
package control
