package webhook

// renamed returns our name for an event that the origin called otherwise (events.md §7).
func renamed(old string) (string, bool) {
	switch old {
	case "chat.star":
		return "message.starred", true
	case "chat.delete_for_me":
		return "message.deleted_for_me", true
	case "poll.vote", "poll.update", "poll.vote_decrypted":
		return "message.poll_vote", true
	case "media.downloaded":
		return "media.ready", true
	case "media.retry":
		return "media.failed", true
	case "connection.cat_refresh_error":
		return "connection.connect_failure", true
	case "newsletter.update":
		return "newsletter.mute_change", true
	case "test.ping":
		return "webhook.test", true
	}
	return "", false
}

// gone says what to use instead of a name of the origin that has no successor of its own. It completes "use …".
func gone(old string) (string, bool) {
	switch old {
	case "poll.created", "media.received", "message.ai_rich_response", "message.fb_received":
		return `"message.received" and look at "kind"`, true
	case "connection.reconnecting":
		return `"connection.disconnected" and look at "will_reconnect"`, true
	case "connection.manual_login_reconnect":
		return `"connection.disconnected"`, true
	case "status.comment":
		return `"message.received" and look at "comment_on"`, true
	}
	return "", false
}
