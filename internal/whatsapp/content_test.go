package whatsapp_test

import (
	"context"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"wapost/internal/event"
	"wapost/internal/simulator"
	"wapost/internal/store"
)

// asProto turns protobuf JSON into what a person can send.
func asProto(t testing.TB, json string) []byte {
	t.Helper()
	var m waE2E.Message
	if err := protojson.Unmarshal([]byte(json), &m); err != nil {
		t.Fatalf("%s: %v", json, err)
	}
	b, err := proto.Marshal(&m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// contents has one of each family, as a person sends it, with what the event must tell.
func contents(t testing.TB) map[string]struct {
	m    simulator.Message
	text string
} {
	file := func(kind string, more simulator.Media) simulator.Message {
		more.Kind, more.Data = kind, []byte("bytes of a file")
		return simulator.Message{Media: &more}
	}
	raw := func(json string) simulator.Message { return simulator.Message{Raw: asProto(t, json)} }
	type sent = struct {
		m    simulator.Message
		text string
	}
	return map[string]sent{
		"text":              {simulator.Message{Text: "hello"}, "hello"},
		"image":             {file(simulator.MediaImage, simulator.Media{Caption: "look"}), "look"},
		"video":             {file(simulator.MediaVideo, simulator.Media{Caption: "surf", Seconds: 4}), "surf"},
		"audio":             {file(simulator.MediaAudio, simulator.Media{}), ""},
		"voice":             {file(simulator.MediaAudio, simulator.Media{Voice: true}), ""},
		"document":          {file(simulator.MediaDocument, simulator.Media{FileName: "a.pdf", Caption: "please"}), "please"},
		"sticker":           {file(simulator.MediaSticker, simulator.Media{}), ""},
		"location":          {simulator.Message{Location: &simulator.Location{Latitude: 53.5, Longitude: 10, Name: "Harbour"}}, "Harbour"},
		"contact":           {simulator.Message{Contacts: []simulator.Contact{{Name: "Eva", Phone: "491700000009"}}}, "Eva"},
		"contacts":          {simulator.Message{Contacts: []simulator.Contact{{Name: "Eva", Phone: "491700000009"}, {Name: "Ole", Phone: "491700000008"}}}, ""},
		"poll":              {simulator.Message{Poll: &simulator.Poll{Name: "Lunch?", Options: []string{"yes", "no"}, Selectable: 1}}, "Lunch?"},
		"event":             {simulator.Message{Event: &simulator.Event{Name: "Rehearsal", Place: "Hall"}}, "Rehearsal"},
		"live_location":     {raw(`{"liveLocationMessage":{"degreesLatitude":1,"caption":"on my way"}}`), "on my way"},
		"album":             {raw(`{"albumMessage":{"expectedImageCount":2}}`), ""},
		"sticker_pack":      {raw(`{"stickerPackMessage":{"name":"Cats","directPath":"/v/x"}}`), ""},
		"group_invite":      {raw(`{"groupInviteMessage":{"groupJID":"1@g.us","caption":"join"}}`), "join"},
		"list":              {raw(`{"listMessage":{"description":"choose","sections":[{"rows":[{"rowID":"r"}]}]}}`), "choose"},
		"buttons":           {raw(`{"buttonsMessage":{"contentText":"yes or no?"}}`), "yes or no?"},
		"template":          {raw(`{"templateMessage":{"hydratedTemplate":{"hydratedContentText":"your parcel"}}}`), "your parcel"},
		"interactive":       {raw(`{"interactiveMessage":{"body":{"text":"press"},"nativeFlowMessage":{"buttons":[{"name":"a","buttonParamsJSON":"{}"}]}}}`), "press"},
		"button_reply":      {raw(`{"buttonsResponseMessage":{"selectedButtonID":"b","selectedDisplayText":"Yes"}}`), "Yes"},
		"list_reply":        {raw(`{"listResponseMessage":{"title":"Soup"}}`), "Soup"},
		"interactive_reply": {raw(`{"interactiveResponseMessage":{"body":{"text":"sent"}}}`), "sent"},
		"product":           {raw(`{"productMessage":{"product":{"productID":"p","title":"Boat"}}}`), "Boat"},
		"order":             {raw(`{"orderMessage":{"message":"two please"}}`), "two please"},
		"payment":           {raw(`{"requestPaymentMessage":{"amount":{"value":"5","offset":1,"currencyCode":"EUR"},"noteMessage":{"conversation":"lunch"}}}`), "lunch"},
		"call_log":          {raw(`{"callLogMesssage":{"callOutcome":"MISSED"}}`), ""},
		"status_mention":    {raw(`{"statusMentionMessage":{"message":{"protocolMessage":{"type":"STATUS_MENTION_MESSAGE","key":{"ID":"S"}}}}}`), ""},
		"question_answer":   {raw(`{"questionResponseMessage":{"text":"blue"}}`), "blue"},
		"ai_response":       {raw(`{"richResponseMessage":{"submessages":[{"messageType":"AI_RICH_RESPONSE_TEXT","messageText":"42"}]}}`), "42"},
		"music":             {raw(`{"musicMessage":{"embeddedMusic":{"title":"Song"}}}`), "Song"},
		"placeholder":       {raw(`{"placeholderMessage":{"type":"MASK_LINKED_DEVICES"}}`), ""},
		"unsupported":       {raw(`{"chat":{"displayName":"x"}}`), "x"},
	}
}

// From the simulator's stanza, through the library as it is, to the row in the log.
func TestEveryFamilyOfContentIsRecorded(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	sent := map[string]*simulator.Delivery{}
	for kind, c := range contents(t) {
		c.m.To = alice.Phone()
		sent[kind] = send(t, bob, c.m)
	}
	for kind, c := range contents(t) {
		acked(t, sent[kind])
		e := g.await(id, event.MessageReceived, withID(sent[kind].ID))
		if e.field("kind") != kind || e.field("text") != c.text {
			t.Errorf("%s: %s", kind, e.Data)
		}
		if len(e.Raw) == 0 {
			t.Errorf("%s has no raw form", kind)
		}
	}
}

// What acts on another message or on a chat has a type of its own.
func TestEveryActIsRecorded(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	said := send(t, bob, simulator.Message{To: alice.Phone(), Text: "said"})
	acked(t, said)
	poll := `{"fromMe":true,"ID":"3B00B7"}` // not known here: what is known to be a text gets no options
	own, story := `{"fromMe":true,"ID":"`+said.ID+`"}`, `{"remoteJID":"status@broadcast","fromMe":false,"ID":"3B00B6"}`
	for kind, c := range map[event.Type][2]string{
		event.MessageKept:           {`{"keepInChatMessage":{"key":` + own + `,"keepType":"KEEP_FOR_ALL"}}`, `"kept":true`},
		event.MessageEdited:         {`{"pollAddOptionMessage":{"pollCreationMessageKey":` + poll + `,"addOption":{"optionName":"maybe"}}}`, `"added_option":"maybe"`},
		event.StatusReaction:        {`{"statusStickerInteractionMessage":{"key":` + story + `,"stickerKey":"st"}}`, `"sticker_key":"st"`},
		event.ChatDisappearingTimer: {`{"protocolMessage":{"type":"EPHEMERAL_SETTING","ephemeralExpiration":86400}}`, `"seconds":86400`},
		event.ChatLimitSharing:      {`{"protocolMessage":{"type":"LIMIT_SHARING","limitSharing":{"sharingLimited":true}}}`, `"enabled":true`},
		event.ContactPhoneShared:    {`{"protocolMessage":{"type":"SHARE_PHONE_NUMBER"}}`, `"phone":"+491700000002"`},
		event.MessageProtocol:       {`{"protocolMessage":{"type":"REMINDER_MESSAGE","key":` + own + `}}`, `"protocol_type":"reminder_message"`},
		event.AppStateSyncError:     {`{"protocolMessage":{"type":"APP_STATE_FATAL_EXCEPTION_NOTIFICATION","appStateFatalExceptionNotification":{"collectionNames":["regular"]}}}`, `"name":"regular"`},
		event.MessageReaction:       {`{"reactionMessage":{"key":` + own + `,"text":"👍"}}`, `"emoji":"👍"`},
		event.MessageDeleted:        {`{"protocolMessage":{"type":"REVOKE","key":` + own + `}}`, `"message_id":"` + said.ID + `"`},
	} {
		acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Raw: asProto(t, c[0])}))
		if e := g.await(id, kind, nil); !e.holds(c[1]) {
			t.Errorf("%s: %s", kind, e.Data)
		}
	}
	group, err := w.CreateGroup(simulator.GroupSpec{Subject: "crew", Owner: bob.Phone(), Participants: []string{alice.Phone()}})
	if err != nil {
		t.Fatal(err)
	}
	for kind, c := range map[event.Type][2]string{
		event.GroupMemberLabel: {`{"protocolMessage":{"type":"GROUP_MEMBER_LABEL_CHANGE","memberLabel":{"label":"Treasurer"}}}`, `"label":"Treasurer"`},
		event.StatusPosted:     {`{"groupStatusMessageV2":{"message":{"conversation":"hello crew"}}}`, `"kind":"group"`},
	} {
		acked(t, send(t, bob, simulator.Message{To: group.JID().String(), Raw: asProto(t, c[0])}))
		if e := g.await(id, kind, nil); !e.holds(c[1]) {
			t.Errorf("%s: %s", kind, e.Data)
		}
	}
}

func TestVotesAndAnswersAreOpened(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob, carol := w.person("491700000001", "Alice"), w.person("491700000002", "Bob"), w.person("491700000003", "Carol")
	id, _ := g.linked(alice)
	group, err := w.CreateGroup(simulator.GroupSpec{Subject: "crew", Owner: bob.Phone(), Participants: []string{alice.Phone(), carol.Phone()}})
	if err != nil {
		t.Fatal(err)
	}
	to := group.JID().String()
	for _, addressing := range []string{simulator.AddressLID, ""} {
		poll := send(t, bob, simulator.Message{To: to, Poll: &simulator.Poll{Name: "Lunch?", Options: []string{"yes", "no"}}})
		acked(t, poll)
		vote := send(t, carol, simulator.Message{To: to, Addressing: addressing, Vote: &simulator.Vote{ID: poll.ID, Options: []string{"no", "yes"}}})
		e := g.await(id, event.MessagePollVote, func(l logged) bool { return l.field("vote_id") == vote.ID })
		if e.field("poll", "question") != "Lunch?" || e.field("by", "phone") != "+491700000003" || !e.holds(`"options":["no","yes"]`) ||
			e.holds("undecoded") || e.field("poll", "sender", "phone") != "+491700000002" {
			t.Errorf("vote: %s", e.Data)
		}
		back := send(t, carol, simulator.Message{To: to, Vote: &simulator.Vote{ID: poll.ID}})
		if e := g.await(id, event.MessagePollVote, func(l logged) bool { return l.field("vote_id") == back.ID }); !e.holds(`"options":[]`) || e.holds("undecoded") {
			t.Errorf("withdrawn: %s", e.Data)
		}
	}
	date := send(t, bob, simulator.Message{To: to, Event: &simulator.Event{Name: "Rehearsal"}})
	acked(t, date)
	answer := send(t, carol, simulator.Message{To: to, Answer: &simulator.Answer{ID: date.ID, Response: simulator.AnswerMaybe, Guests: 2}})
	e := g.await(id, event.MessageEventResponse, func(l logged) bool { return l.field("response_id") == answer.ID })
	if e.field("event", "name") != "Rehearsal" || e.field("response") != "maybe" || !e.holds(`"extra_guests":2`) {
		t.Errorf("answer: %s", e.Data)
	}
}

func TestAVoteInADirectChatIsOpenedWhateverAddressItComesFrom(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	poll := send(t, bob, simulator.Message{To: alice.Phone(), Poll: &simulator.Poll{Name: "Lunch?", Options: []string{"yes", "no"}}})
	acked(t, poll)
	for _, addressing := range []string{simulator.AddressLID, simulator.AddressPN} {
		vote := send(t, bob, simulator.Message{To: alice.Phone(), Addressing: addressing, Vote: &simulator.Vote{ID: poll.ID, Options: []string{"yes"}}})
		e := g.await(id, event.MessagePollVote, func(l logged) bool { return l.field("vote_id") == vote.ID })
		if !e.holds(`"options":["yes"]`) {
			t.Errorf("%s: %s", addressing, e.Data)
		}
	}
	w.faults("", func(f *simulator.Faults) { f.PNAddressing = true }) // the server rewrites the address, the key was made for the LID
	vote := send(t, bob, simulator.Message{To: alice.Phone(), Vote: &simulator.Vote{ID: poll.ID, Options: []string{"no"}}})
	if e := g.await(id, event.MessagePollVote, func(l logged) bool { return l.field("vote_id") == vote.ID }); !e.holds(`"options":["no"]`) {
		t.Errorf("rewritten: %s", e.Data)
	}
}

func TestWhatIsEncryptedWithAnUnknownSecretIsTold(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	const key = `{"remoteJID":"1@lid","fromMe":true,"ID":"3B00AA"}`
	d := send(t, bob, simulator.Message{To: alice.Phone(), Raw: asProto(t, `{"pollUpdateMessage":{"pollCreationMessageKey":`+key+`,"vote":{"encPayload":"AAAA","encIV":"AAAA"}}}`)})
	acked(t, d)
	e := g.await(id, event.MessagePollVote, func(l logged) bool { return l.field("vote_id") == d.ID })
	if !e.holds(`"undecoded":true`) || !e.holds(`"question":null`) {
		t.Errorf("%s", e.Data)
	}
	raw := send(t, bob, simulator.Message{To: alice.Phone(), Raw: asProto(t, `{"chat":{"displayName":"x"}}`)})
	acked(t, raw)
	if c := &g.dialer.Counters; c.Unopened.Load() != 1 || c.Unsupported.Load() != 1 {
		t.Errorf("counted %d unopened, %d unsupported", c.Unopened.Load(), c.Unsupported.Load())
	}
}

// What is made to break the decryption breaks nothing else.
func TestADamagedVoteIsTold(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	poll := send(t, bob, simulator.Message{To: alice.Phone(), Poll: &simulator.Poll{Name: "Lunch?", Options: []string{"yes", "no"}}})
	acked(t, poll)
	logins := dev.Info().Logins
	for _, sealed := range []string{`{"encPayload":"AAAA","encIV":"AAAA"}`, `{"encPayload":"AAAA","encIV":"AAAAAAAAAAAAAAAA"}`, `{}`} {
		vote := send(t, bob, simulator.Message{To: alice.Phone(), Raw: asProto(t, `{"pollUpdateMessage":{"pollCreationMessageKey":{"fromMe":true,"ID":"`+poll.ID+`"},"vote":`+sealed+`}}`)})
		acked(t, vote)
		e := g.await(id, event.MessagePollVote, func(l logged) bool { return l.field("vote_id") == vote.ID })
		if !e.holds(`"undecoded":true`) || e.field("poll", "question") != "Lunch?" {
			t.Errorf("%s: %s", sealed, e.Data)
		}
	}
	if now := dev.Info().Logins; now != logins {
		t.Errorf("%d new connections", now-logins)
	}
}

func TestEncryptedReactionsEditsAndCommentsAreOpened(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	group, err := w.CreateGroup(simulator.GroupSpec{Subject: "crew", Owner: bob.Phone(), Participants: []string{alice.Phone()}})
	if err != nil {
		t.Fatal(err)
	}
	to := group.JID().String()
	said := send(t, bob, simulator.Message{To: to, Text: "helo", Secret: true})
	acked(t, said)
	reaction := send(t, bob, simulator.Message{To: to, Reaction: &simulator.Reaction{ID: said.ID, Emoji: "🎉", Encrypted: true}})
	edit := send(t, bob, simulator.Message{To: to, Edit: &simulator.Edit{ID: said.ID, Text: "hello", Encrypted: true}})
	comment := send(t, bob, simulator.Message{To: to, Comment: &simulator.Comment{ID: said.ID, Text: "and welcome"}})
	if e := g.await(id, event.MessageReaction, withID(said.ID)); e.field("emoji") != "🎉" || e.field("reaction_id") != reaction.ID {
		t.Errorf("reaction: %s", e.Data)
	}
	e := g.await(id, event.MessageEdited, withID(said.ID))
	if e.field("text") != "hello" || e.field("previous_text") != "helo" || e.field("sent_at") == "" || e.field("edit_id") != edit.ID {
		t.Errorf("edit: %s", e.Data)
	}
	if e := g.await(id, event.MessageReceived, withID(comment.ID)); e.field("text") != "and welcome" || e.field("comment_on", "message_id") != said.ID {
		t.Errorf("comment: %s", e.Data)
	}
}

func TestAnEditTellsWhatWasSaidBefore(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	said := send(t, bob, simulator.Message{To: alice.Phone(), Text: "one"})
	acked(t, said)
	for _, step := range [][2]string{{"one", "two"}, {"two", "three"}} {
		edit := send(t, bob, simulator.Message{To: alice.Phone(), Edit: &simulator.Edit{ID: said.ID, Text: step[1]}})
		acked(t, edit)
		e := g.await(id, event.MessageEdited, func(l logged) bool { return l.field("edit_id") == edit.ID })
		if e.field("previous_text") != step[0] || e.field("text") != step[1] || e.field("sent_at") == "" {
			t.Errorf("%s", e.Data)
		}
	}
}

func TestPinsAreEvents(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, _ := g.linked(alice)
	said := send(t, bob, simulator.Message{To: alice.Phone(), Text: "remember this"})
	acked(t, said)
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Pin: &simulator.Pin{ID: said.ID, Seconds: 86400}}))
	if e := g.await(id, event.MessagePinned, withID(said.ID)); !e.holds(`"pinned":true,"seconds":86400`) || e.field("by", "phone") != "+491700000002" {
		t.Errorf("%s", e.Data)
	}
	acked(t, send(t, bob, simulator.Message{To: alice.Phone(), Pin: &simulator.Pin{ID: said.ID, Unpin: true}}))
	g.await(id, event.MessagePinned, func(l logged) bool { return l.holds(`"pinned":false,"seconds":null`) })
}

// A disk that does not work is no reason to tell that a vote cannot be opened: WhatsApp keeps it until it can.
func TestAVoteWaitsForTheKeyStore(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	poll := send(t, bob, simulator.Message{To: alice.Phone(), Poll: &simulator.Poll{Name: "Lunch?", Options: []string{"yes", "no"}}})
	acked(t, poll)
	logins := dev.Info().Logins
	rename := func(from, to string) {
		if _, err := g.keys.DB.ExecContext(t.Context(), `ALTER TABLE `+from+` RENAME TO `+to); err != nil {
			t.Fatal(err)
		}
	}
	rename("whatsmeow_message_secrets", "away")
	vote := send(t, bob, simulator.Message{To: alice.Phone(), Vote: &simulator.Vote{ID: poll.ID, Options: []string{"yes"}}})
	until(t, func() bool { return dev.Info().Logins > logins }, func() string { return "the connection was kept" })
	if vote.Acked() || len(g.events(id, event.MessagePollVote)) > 0 {
		t.Fatal("the vote was taken although the secret could not be read")
	}
	rename("away", "whatsmeow_message_secrets")
	e := g.await(id, event.MessagePollVote, func(l logged) bool { return l.field("vote_id") == vote.ID })
	if !e.holds(`"options":["yes"]`) {
		t.Errorf("%s", e.Data)
	}
	acked(t, vote)
}

// A row that cannot be read must not hold up what comes: WhatsApp would repeat it for ever.
func TestAnOriginalThatCannotBeReadHoldsUpNothing(t *testing.T) {
	w := newWorld(t)
	g := newGateway(t, w)
	alice, bob := w.person("491700000001", "Alice"), w.person("491700000002", "Bob")
	id, dev := g.linked(alice)
	said := send(t, bob, simulator.Message{To: alice.Phone(), Text: "one"})
	acked(t, said)
	err := g.db.Write(t.Context(), "damage", func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE events SET body = '{"data":{"text":7}}' WHERE type = 'message.received'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	logins := dev.Info().Logins
	edit := send(t, bob, simulator.Message{To: alice.Phone(), Edit: &simulator.Edit{ID: said.ID, Text: "two"}})
	acked(t, edit)
	e := g.await(id, event.MessageEdited, withID(said.ID))
	if e.field("text") != "two" || !e.holds(`"previous_text":null`) {
		t.Errorf("%s", e.Data)
	}
	if now := dev.Info().Logins; now != logins {
		t.Errorf("%d new connections", now-logins)
	}
}
