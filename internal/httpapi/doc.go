// Package httpapi speaks HTTP: it authenticates, limits, decodes, asks the rooms below, and puts every answer into the one
// envelope of the public contract.
//
// It promises that each answer, unknown routes and panics included, has the envelope, that nothing of the inside shows in an
// error, and that the OpenAPI document is made of the same types that decode and encode. It decides nothing about webhooks,
// devices or messages. It starts nothing but the goroutine of Run.
package httpapi
