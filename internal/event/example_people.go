package event

import "time"

func exampleOfCalls(t Type) any {
	call, yes := Call{CallID: "4F0C8A526D1E4B7A9C312E8F4A6B7D90", From: examplePerson(), Creator: examplePerson()}, true
	switch t {
	case CallOffer:
		return CallOfferData{Call: call, Video: &yes, Platform: Text("android"), Version: Text("2.25.37.8")}
	case CallOfferNotice:
		group := exampleGroup()
		call.Group = &group
		return CallNotice{Call: call, Media: "audio", Type: "group"}
	case CallAccept, CallPreAccept:
		return CallAnswer{Call: call, Platform: Text("android"), Version: Text("2.25.37.8")}
	case CallReject, CallTransport, CallLatency:
		return call
	case CallUnknown:
		return UnknownCall{CallID: &call.CallID, From: &call.From, Creator: &call.Creator, Tag: Text("video")}
	case CallTerminate:
		return CallEnd{Call: call, Reason: Text("timeout")}
	}
	return nil
}

func exampleOfGroups(t Type) any {
	group, actor, yes := exampleGroup(), examplePerson(), true
	switch t {
	case GroupJoined:
		return GroupJoin{Group: group, Actor: &actor, IsNew: true, Owner: &actor, CreatedAt: TimeOf(exampleTime), Subject: "Choir", Description: Text("Every Tuesday at eight"),
			ParticipantCount: 12, MemberAddMode: Text("admin"), AddressingMode: Text("lid")}
	case GroupLeft:
		return GroupLeave{Group: group, Actor: &actor, Reason: "removed"}
	case GroupParticipantUpdate:
		return ParticipantUpdate{Group: group, Actor: &actor, Action: "add", Participants: []Person{exampleSelf()}, Reason: Text("invite")}
	case GroupInfoUpdate:
		return GroupUpdate{Group: group, Actor: &actor, Changes: GroupChanges{Subject: Text("Choir, autumn"), Announce: &yes}}
	case GroupGone:
		return GroupDeleted{Group: group, Actor: &actor}
	case GroupLinked:
		return GroupLink{Group: group, Actor: &actor, LinkType: "parent", Other: exampleCommunity()}
	case GroupUnlinked:
		return GroupLink{Group: group, Actor: &actor, LinkType: "parent", Other: exampleCommunity(), Reason: Text("unlink_group")}
	case GroupJoinRequested:
		return GroupJoinRequest{Group: group, Actor: &actor, Users: []Person{actor}, State: "created", Method: Text("invite_link")}
	}
	return nil
}

func exampleCommunity() Chat {
	return Chat{JID: "120363000000000007@g.us", Kind: GroupChat, Name: Text("Music school")}
}

func exampleOfPeople(t Type) any {
	who := examplePerson()
	switch t {
	case ContactResolved:
		return IdentityResolved{Contact: who, Previous: PreviousIdentity{Phone: Text("+4915550003333")}}
	case UserAbout:
		return About{User: who, About: "At sea until May"}
	case PushNameUpdate, BusinessNameUpdate:
		return NameUpdate{User: who, Old: "Ben", New: "Benjamin", MessageID: Text(messageID)}
	case IdentityChange:
		return IdentityChanged{User: who}
	case PresenceChange:
		return PresenceUpdate{User: who, LastSeenAt: TimeOf(exampleTime.Add(-time.Minute))}
	case ChatPresenceChange:
		return ChatPresence{Chat: exampleChat(), Sender: who, State: "composing", Media: "text"}
	}
	return nil
}

func exampleOfWebhooks(t Type) any {
	ref := WebhookRef{WebhookID: 1, URL: "https://your-server.com/webhook"}
	status, begin := 503, Time{exampleTime.Add(-time.Hour)}
	failed := LastError{Class: "server_error", StatusCode: &status}
	switch t {
	case WebhookTest:
		return TestOfWebhook{WebhookRef: ref, Message: "This is a test of wapost"}
	case WebhookFailingType:
		return WebhookFailing{WebhookRef: ref, Since: begin, LastError: failed, Pending: 17}
	case WebhookRecoveredType:
		return WebhookRecovered{WebhookRef: ref, FailedSeconds: 3600, Pending: 17}
	case WebhookDisabledType:
		return WebhookDisabled{WebhookRef: ref, Reason: "gone", HeldFrom: Text(exampleID)}
	case WebhookDeliveryFailedType:
		return WebhookDeliveryFailed{WebhookRef: ref, EventID: exampleID, EventType: MessageReceived, Attempts: 12, LastError: failed}
	case WebhookEventsExpiredType:
		return WebhookEventsExpired{WebhookRef: ref, Count: 17, From: begin, To: Time{exampleTime}}
	case WebhookReplayFinished:
		return ReplayFinished{WebhookRef: ref, ReplayID: "rpl_019b2bdc-0ddc-7c3a-9f5e-2d4b6a8c0e20", State: "done", Delivered: 120, Failed: 1}
	}
	return nil
}
