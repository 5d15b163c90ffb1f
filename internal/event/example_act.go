package event

func exampleOfActs(t Type) any {
	ref, by := exampleRef(), examplePerson()
	switch t {
	case MessagePollVote:
		return PollVote{Poll: VotedPoll{MessageID: messageID, Question: Text("When do we meet?"), Sender: &by}, Chat: exampleGroup(), By: by,
			Options: []string{"Monday"}, UnknownHashes: []string{}, VoteID: "3EB0B0A1C2D3E4F50617"}
	case MessageEventResponse:
		guests := 1
		return EventResponse{Event: AnsweredEvent{MessageID: messageID, Name: Text("Rehearsal")}, Chat: exampleGroup(), By: by, Response: Text("going"),
			ExtraGuests: &guests, ResponseID: "3EB0B0A1C2D3E4F50618"}
	case MessagePinned:
		seconds := 604800
		return Pinned{Ref: ref, Pinned: true, Seconds: &seconds, By: exampleSelf(), ByMe: true}
	case MessageKept:
		return Kept{Ref: ref, Kept: true, By: by}
	case MessageProtocol:
		return ProtocolMessage{Ref: ref, ProtocolType: "reminder_message", TargetMessageID: Text("3EB0C2D3E4F506172839")}
	case StatusReaction:
		r := Reaction{Ref: ref, By: by, Emoji: Text("💚"), ReactionID: "3EB0F00112233445566B"}
		r.Chat = exampleStatus()
		return ReactionToStatus{Reaction: r}
	case ChatDisappearingTimer:
		return DisappearingTimer{Chat: exampleChat(), Seconds: 86400, By: by}
	case ChatLimitSharing:
		return LimitSharing{Chat: exampleChat(), Enabled: true, By: by}
	case ContactPhoneShared:
		return PhoneShared{Contact: by, MessageID: messageID}
	case GroupMemberLabel:
		return MemberLabel{Group: exampleGroup(), Actor: &by, User: by, Label: Text("Treasurer")}
	case NewsletterMessageEdited:
		return EditedPost{Message: examplePost(), EditedAt: TimeOf(exampleTime), OriginalAt: TimeOf(exampleTime)}
	case NewsletterMessageDeleted:
		server := int64(231)
		return DeletedPost{Newsletter: Newsletter{JID: "120363000000000009@newsletter", Name: Text("Town news")}, MessageID: messageID, ServerID: &server}
	}
	return nil
}
