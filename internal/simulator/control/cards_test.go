package control_test

import (
	"crypto/sha256"
	"encoding/json"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"wapost/simclient"
)

func TestCardsPollsAndEventsReachTheGateway(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	send := func(m simclient.Message) *events.Message {
		t.Helper()
		m.To = owner
		return await(g, withID(r.send(anna, m).ID))
	}
	first := send(simclient.Message{Text: "first", Secret: true})
	if m := send(simclient.Message{Location: &simclient.Location{Latitude: 1.5, Longitude: -2, Name: "here", Address: "Pier 1"}, ReplyTo: first.Info.ID}); m.Message.GetLocationMessage().GetDegreesLongitude() != -2 ||
		m.Message.GetLocationMessage().GetContextInfo().GetStanzaID() != first.Info.ID || m.Info.Type != "media" {
		t.Errorf("the place is %v", m.Message)
	}
	card := simclient.Card{Name: "Eva", Phone: "4915100000009"}
	if m := send(simclient.Message{Contacts: []simclient.Card{card}}); m.Message.GetContactMessage().GetDisplayName() != "Eva" {
		t.Errorf("the card is %v", m.Message)
	}
	if m := send(simclient.Message{Contacts: []simclient.Card{card, {Name: "Ole", VCard: "BEGIN:VCARD"}}}); len(m.Message.GetContactsArrayMessage().GetContacts()) != 2 {
		t.Errorf("the cards are %v", m.Message)
	}
	pin := send(simclient.Message{Pin: &simclient.Pin{ID: first.Info.ID}})
	if pin.Info.Edit != "2" || pin.Message.GetPinInChatMessage().GetKey().GetID() != first.Info.ID || pin.Message.GetMessageContextInfo().GetMessageAddOnDurationInSecs() == 0 {
		t.Errorf("the pin is %v", pin.Message)
	}
	if m := send(simclient.Message{Pin: &simclient.Pin{ID: first.Info.ID, Unpin: true}}); m.Message.GetPinInChatMessage().GetType() != waE2E.PinInChatMessage_UNPIN_FOR_ALL {
		t.Errorf("the pin is %v", m.Message)
	}
	if m := send(simclient.Message{RawJSON: json.RawMessage(`{"musicMessage":{"songUri":"https://example.com"}}`)}); m.Message.GetMusicMessage().GetSongUri() == "" {
		t.Errorf("the raw message is %v", m.Message)
	}
	for name, m := range map[string]simclient.Message{
		"no message":         {RawJSON: json.RawMessage(`{"no":1}`)},
		"poll of one":        {Poll: &simclient.Poll{Name: "x", Options: []string{"a"}}},
		"card of nobody":     {Contacts: []simclient.Card{{Name: "Eva"}}},
		"event without name": {Event: &simclient.Event{}},
		"vote for text":      {Vote: &simclient.Vote{ID: first.Info.ID, Options: []string{}}},
		"answer to text":     {Answer: &simclient.Answer{ID: first.Info.ID, Response: "maybe"}},
		"negative guests":    {Answer: &simclient.Answer{ID: first.Info.ID, Response: "maybe", Guests: -1}},
		"negative pin":       {Pin: &simclient.Pin{ID: first.Info.ID, Seconds: -1}},
		"quote in a vote":    {Vote: &simclient.Vote{ID: first.Info.ID, Options: []string{}}, ReplyTo: first.Info.ID},
	} {
		m.To = owner
		if _, err := r.Send(t.Context(), anna, m); simclient.CodeOf(err) != "invalid_request" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The library opens what the simulator has encrypted.
func TestVotesAnswersAndHiddenChangesAreEncryptedForReal(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	send := func(m simclient.Message) *events.Message {
		t.Helper()
		m.To = owner
		return await(g, withID(r.send(anna, m).ID))
	}
	poll := send(simclient.Message{Poll: &simclient.Poll{Name: "Lunch?", Options: []string{"yes", "no"}, Selectable: 1}})
	vote, err := g.DecryptPollVote(t.Context(), send(simclient.Message{Vote: &simclient.Vote{ID: poll.Info.ID, Options: []string{"no"}}}))
	must(t, err)
	if no := sha256.Sum256([]byte("no")); len(vote.GetSelectedOptions()) != 1 || string(vote.GetSelectedOptions()[0]) != string(no[:]) {
		t.Errorf("the vote is %v", vote)
	}
	_, err = r.Send(t.Context(), anna, simclient.Message{To: owner, Vote: &simclient.Vote{ID: poll.Info.ID, Options: []string{"maybe"}}})
	fails(t, err, 400, "invalid_request")

	date := send(simclient.Message{Event: &simclient.Event{Name: "Rehearsal", Description: "d", Place: "Hall", StartsAt: time.Now()}})
	answer := send(simclient.Message{Answer: &simclient.Answer{ID: date.Info.ID, Response: "going", Guests: 1}})
	enc := answer.Message.GetEncEventResponseMessage()
	plain, err := g.DangerousInternals().DecryptMsgSecret(t.Context(), answer, "Event Response", enc, enc.GetEventCreationMessageKey())
	must(t, err)
	var response waE2E.EventResponseMessage
	must(t, proto.Unmarshal(plain, &response))
	if response.GetResponse() != waE2E.EventResponseMessage_GOING || response.GetExtraGuestCount() != 1 {
		t.Errorf("the answer is %v", &response)
	}

	said := send(simclient.Message{Text: "helo", Secret: true})
	reaction, err := g.DecryptReaction(t.Context(), send(simclient.Message{Reaction: &simclient.Reaction{ID: said.Info.ID, Emoji: "🎉", Encrypted: true}}))
	if must(t, err); reaction.GetText() != "🎉" {
		t.Errorf("the reaction is %v", reaction)
	}
	edit, err := g.DecryptSecretEncryptedMessage(t.Context(), send(simclient.Message{Edit: &simclient.Edit{ID: said.Info.ID, Text: "hello", Encrypted: true}}))
	if must(t, err); edit.GetProtocolMessage().GetEditedMessage().GetConversation() != "hello" {
		t.Errorf("the edit is %v", edit)
	}
	comment, err := g.DecryptComment(t.Context(), send(simclient.Message{Comment: &simclient.Comment{ID: said.Info.ID, Text: "welcome"}}))
	if must(t, err); comment.GetConversation() != "welcome" {
		t.Errorf("the comment is %v", comment)
	}
	plainText := send(simclient.Message{Text: "without"})
	_, err = r.Send(t.Context(), anna, simclient.Message{To: owner, Reaction: &simclient.Reaction{ID: plainText.Info.ID, Emoji: "x", Encrypted: true}})
	fails(t, err, 400, "invalid_request")
}
