// Package simulator plays WhatsApp for the unmodified whatsmeow client: the servers, the phones that own the linked
// numbers, and the people who write to them. It is the ground truth of our tests and, behind a control API, a product:
// customers test their bots without a phone, a second number or the risk of a ban.
//
//	s, _ := simulator.New(simulator.Options{})
//	_ = s.Listen("127.0.0.1:0")                  // or ListenPipe: no socket, works in a synctest bubble
//	go s.Run(ctx)
//	owner, _, _ := s.CreatePerson(simulator.PersonSpec{Phone: "4915100000001", Name: "Owner"})
//	device, _ := owner.Scan(ctx, qrText)         // links a real client
//	anna, _, _ := s.CreatePerson(simulator.PersonSpec{Phone: "4915100000003", Name: "Anna"})
//	delivery, _ := anna.Send(simulator.Message{To: "4915100000001", Text: "hi"})
//	_ = delivery.Wait(ctx)                       // the client has acknowledged
//
// A person has one phone, which is simulated with a real Signal store, and any number of linked devices, which are real
// clients. A contact is a person without devices. Every device has an ordered queue of stanzas that stay until the client
// acknowledges them and come again after each login.
//
// What it promises: every stanza that it sends was accepted by the real client, and a query that it does not know is
// answered with 501 and listed (Unhandled), never with silence, except where a fault says so.
//
// What it does not model: whatever real servers decide. The timing of offline delivery, real deduplication of message
// ids, order between senders, bans, rate limits and prekey policy, and whether un-acknowledged stanzas are repeated
// without a reconnect. TLS and its fingerprints, WebAuthn itself (a passkey assertion is taken unchecked), voice and video
// streams, payments, Messenger. Deliveries are instant unless a fault delays them. Simulated phones do not hear each
// other: an inbox shows what linked devices send. A stanza that a client acknowledges with an error leaves its queue.
// Pictures have no smaller previews, privacy settings know no exceptions by person, and broadcast lists and business profiles answer 501 as yet. State is in memory: a
// restarted simulator knows no device and refuses it with 401.
//
// It imports no room of ours and not whatsmeow's root package, so it can neither open a client nor set the trust root.
package simulator
