package metrics

func (s *scraper) whatsapp(p page) {
	c := s.WhatsApp
	p.count("wapost_whatsapp_stanzas_received_total", "Stanzas that WhatsApp sent.", c.StanzasReceived.Load())
	p.count("wapost_whatsapp_messages_accepted_total", "Batches of events on disk before WhatsApp was told so.", c.MessagesAccepted.Load())
	const refused = "Connections closed on purpose so that WhatsApp sends again: a commit failed, or a stanza overtook another."
	p.count("wapost_whatsapp_refusals_total", refused, c.Refusals.Load(), "reason", "commit")
	p.count("wapost_whatsapp_refusals_total", refused, c.OrderRefusals.Load(), "reason", "order")
	const dropped = "What the library acknowledged without showing it to us: status stanzas, unknown forms of encryption, tags without a handler, what it cannot read."
	p.count("wapost_whatsapp_dropped_total", dropped, c.StatusDropped.Load(), "kind", "status")
	p.count("wapost_whatsapp_dropped_total", dropped, c.UnknownEnc.Load(), "kind", "unknown_enc")
	p.count("wapost_whatsapp_dropped_total", dropped, c.UnhandledTags.Load(), "kind", "unhandled_tag")
	p.count("wapost_whatsapp_dropped_total", dropped, c.Unread.Load(), "kind", "unread")
	p.count("wapost_whatsapp_commit_retries_total", "Tries to commit a received event beyond the first.", c.CommitRetries.Load())
	p.count("wapost_whatsapp_quarantined_total", "Events stored raw after five refusals.", c.Quarantined.Load())
	p.count("wapost_whatsapp_convert_failures_total", "Events stored raw because they could not be translated.", c.ConvertFailures.Load())
	p.count("wapost_whatsapp_unsupported_total", "Messages of a kind that this build cannot render; their raw form is stored.", c.Unsupported.Load())
	p.count("wapost_whatsapp_unopened_total", "Votes, answers and hidden changes that came undecoded, because the secret they are encrypted with is not known.", c.Unopened.Load())
	p.count("wapost_whatsapp_lost_after_ack_total", "Events that could not be stored after the library had acknowledged them. Anything but 0 is a loss.", c.LostAfterAck.Load())
	p.count("wapost_whatsapp_key_store_errors_total", "Connections closed because the key store failed.", c.StoreErrors.Load())
	p.count("wapost_whatsapp_handler_panics_total", "Panics in the handling of events; the event comes again.", c.HandlerPanics.Load())
}
