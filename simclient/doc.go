// Package simclient drives the WhatsApp simulator of wapost from Go tests: it creates people, lets them write to the linked
// numbers, reads what they received, and breaks things.
//
//	sim := simclient.New("http://127.0.0.1:7090")
//	anna, _, err := sim.CreateUser(ctx, simclient.NewUser{Phone: "4915100000003", Name: new("Anna")})
//	sent, err := sim.SendAcked(ctx, anna.Phone, simclient.Message{To: "4915100000001", Text: "hi"}, 10*time.Second)
//	page, err := sim.Inbox(ctx, anna.Phone, simclient.InboxQuery{Timeout: 10 * time.Second})
//
// Every method is one call of the control API, described in docs/simulator.md; a failure of the API is an *Error. Fields
// that are pointers are optional. The package imports nothing but the standard library.
package simclient
