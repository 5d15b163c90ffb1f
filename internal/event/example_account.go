package event

func exampleOfAccount(t Type) any {
	who, author := examplePerson(), examplePerson()
	switch t {
	case PictureChange:
		return PictureUpdate{Target: PictureTarget{JID: who.JID, LID: who.LID, Phone: who.Phone, Name: who.Name}, TargetKind: "user",
			Author: &author, PictureID: Text("1765967400")}
	case PrivacySettings:
		everyone := Text("all")
		return PrivacyChanged{Changed: []string{"last_seen"}, Settings: Privacy{GroupAdd: everyone, LastSeen: Text("contacts"), Status: everyone,
			Profile: everyone, ReadReceipts: everyone, Online: everyone, CallAdd: everyone, Messages: everyone, Defense: Text("off"), Stickers: Text("contacts")}}
	case BlocklistChange:
		return BlocklistChanged{Action: "changes", Changes: []BlockChange{{User: who, Blocked: true}}}
	}
	return nil
}

func exampleOfNewsletters(t Type) any {
	letter, muted, subscribers, views := Newsletter{JID: "120363144038483540@newsletter", Name: Text("Harbour news")}, false, 1204, 310
	switch t {
	case NewsletterJoin:
		return NewsletterJoined{Newsletter: letter, Description: Text("What goes on at the quay"), Role: Text("subscriber"), Muted: &muted,
			Subscribers: &subscribers, Verified: true}
	case NewsletterLeave:
		return NewsletterLeft{Newsletter: letter, Role: Text("guest")}
	case NewsletterMuteChange:
		return NewsletterMuted{Newsletter: letter, Muted: true}
	case NewsletterLiveUpdate:
		return NewsletterCounters{Newsletter: letter, Messages: []NewsletterPost{{ServerID: 117, MessageID: Text(messageID), Type: "text",
			SentAt: TimeOf(exampleTime), Views: &views, Reactions: map[string]int{"👍": 12, "🎉": 3}}}}
	}
	return nil
}
