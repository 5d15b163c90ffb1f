package event

// What a body may hold. Strangers choose the size of what they send.
const (
	// LongestList is how many entries of a list are told; a member named like the list and "_total" says how many there were.
	LongestList = 1024
	// LargestBody bounds a body in bytes, optional parts included.
	LargestBody = 512 << 10
	// LongestName is how many bytes of a name are told, and remembered.
	LongestName = 1 << 10
	// largestRaw bounds the raw form that is kept: twice what any body could show of it.
	largestRaw = 1 << 20
	// rawStart is how much of a longer raw form is kept, as text.
	rawStart = 64 << 10

	longestEmoji = 64
	longestID    = 255 // ids, addresses, and words of the protocol; the store knows chats and messages by no longer ones either
)

// longestOf returns how many bytes the string, or each string of the list, in a member may have; 0 = it has no limit of its own,
// as texts, links and cards: only the body as a whole has one. Longer ones are cut, at the border of a character.
func longestOf(member string) int {
	switch member {
	case "emoji", "emojis", "reactions":
		return longestEmoji
	case "jid", "lid", "phone", "parent_jid", "message_id", "message_ids", "edit_id", "vote_id", "reaction_id", "response_id", "thread_id",
		"target_message_id", "original_message_id", "response_message_id", "request_message_id", "call_id", "event_id", "order_id",
		"pack_id", "product_id", "retailer_id", "template_id", "split_id", "reminder_id", "label_id", "picture_id", "media_id", "source_id",
		"products", "sticker_key", "create_key", "unknown_hashes", "call_session", "addressing_mode", "currency", "enforcement_type",
		"frequency", "link_type", "media_type", "member_add_mode", "method", "outcome", "platform", "protocol_type", "receipt_type", "role",
		"service", "source_type", "source_app", "tag", "type", "version", "unavailable_type", "stub", "field":
		return longestID
	case "name", "push_name", "verified_name", "business_name", "first_name", "full_name", "username", "old", "new", "publisher", "artist",
		"subject", "filename", "mime_type", "label", "options", "added_option", "correct_option", "about", "ctwa_clid", "token", "invite_link",
		"id", "unknown", "index": // what a business calls its buttons and rows comes back to it: it must be whole
		return LongestName
	}
	return 0
}
