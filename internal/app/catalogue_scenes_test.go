package app_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"wapost/simclient"
)

func words(s string) []string { return strings.Fields(s) }

func scenes() []scene {
	return slices.Concat(linkScenes(), messageScenes(), actScenes(), groupScenes(), peopleScenes(), stateScenes(), ourScenes(), endScenes())
}

// linkScenes link the number: by the code, with what the phone hands over.
func linkScenes() []scene {
	return []scene{
		{"device.created connection.qr connection.pair_success connection.connected device.state_changed offline.sync_completed " +
			"appstate.sync_complete history.sync history.sync_complete history.message", func(st *stage) {
			st.own.device = st.own.link(st.w, ownPhone)
		}},
		{"history.sync_failed", func(st *stage) {
			_, err := st.w.GiveHistory(st.t.Context(), ownPhone, simclient.History{Via: "media", Gone: 404, Chats: []simclient.OldChat{{With: friend, Count: 1}}})
			st.must(err)
		}},
		{"message.received contact.identity_resolved", func(st *stage) {
			st.w.person("4915100000090", "Stranger")
			_, err := st.w.SendAcked(st.t.Context(), "4915100000090", simclient.Message{To: ownPhone, Text: "hello"}, patience)
			st.must(err)
			st.said = st.says(simclient.Message{Text: "hello"})
		}},
	}
}

func (st *stage) raw(to, message string) {
	st.t.Helper()
	st.says(simclient.Message{To: to, RawJSON: json.RawMessage(message)})
}

func messageScenes() []scene {
	return []scene{
		{"message.edited", func(st *stage) { st.says(simclient.Message{Edit: &simclient.Edit{ID: st.said, Text: "new"}}) }},
		{"message.reaction", func(st *stage) { st.says(simclient.Message{Reaction: &simclient.Reaction{ID: st.said, Emoji: "👍"}}) }},
		{"message.pinned", func(st *stage) { st.says(simclient.Message{Pin: &simclient.Pin{ID: st.said}}) }},
		{"message.poll_vote", func(st *stage) {
			id := st.says(simclient.Message{Poll: &simclient.Poll{Name: "Lunch?", Options: []string{"yes", "no"}}})
			st.says(simclient.Message{Vote: &simclient.Vote{ID: id, Options: []string{"yes"}}})
		}},
		{"message.event_response", func(st *stage) {
			id := st.says(simclient.Message{Event: &simclient.Event{Name: "Rehearsal"}})
			st.says(simclient.Message{Answer: &simclient.Answer{ID: id, Response: "going"}})
		}},
		{"message.kept", func(st *stage) {
			st.raw("", `{"keepInChatMessage":{"key":{"ID":"`+st.said+`","fromMe":true},"keepType":"KEEP_FOR_ALL"}}`)
		}},
		{"message.protocol", func(st *stage) { st.raw("", `{"protocolMessage":{"type":"REMINDER_MESSAGE"}}`) }},
		{"chat.disappearing_timer", func(st *stage) {
			st.raw("", `{"protocolMessage":{"type":"EPHEMERAL_SETTING","ephemeralExpiration":86400}}`)
		}},
		{"chat.limit_sharing", func(st *stage) {
			st.raw("", `{"protocolMessage":{"type":"LIMIT_SHARING","limitSharing":{"sharingLimited":true}}}`)
		}},
		{"contact.phone_shared", func(st *stage) { st.raw("", `{"protocolMessage":{"type":"SHARE_PHONE_NUMBER"}}`) }},
		{"message.undecryptable", func(st *stage) {
			_, err := st.w.Send(st.t.Context(), friend, simclient.Message{To: ownPhone, Text: "once", Unavailable: true, ViewOnceMasked: true})
			st.must(err)
		}},
		{"message.deleted", func(st *stage) { st.says(simclient.Message{Revoke: &simclient.Revoke{ID: st.said}}) }},
		{"media.ready", func(st *stage) { st.open(simclient.File{Size: 300}, http.StatusOK) }},
		{"media.failed", func(st *stage) {
			st.faults("", func(f *simclient.Faults) { f.MediaRetry = &simclient.MediaRetryFault{Answer: "not_found"} })
			st.open(simclient.File{Size: 301, Gone: 404}, http.StatusNotFound)
		}},
	}
}

// open asks for the file of an image of the friend until the answer is final.
func (st *stage) open(f simclient.File, status int) {
	file := st.own.fileOf(st.w, f)
	eventually(st.t, "the file", func() bool {
		got, _, _ := st.own.raw("/media/" + file.ID)
		return got == status || got == http.StatusGone && status != http.StatusOK
	})
}

// actScenes are receipts, statuses, newsletters and calls.
func actScenes() []scene {
	return []scene{
		{"message.sent message.delivered message.read message.played", func(st *stage) {
			id := st.sends("hello")
			for _, kind := range []string{"read", "played"} {
				_, err := st.w.SendReceipt(st.t.Context(), friend, simclient.Receipt{To: ownPhone, ID: id, Type: kind})
				st.must(err)
			}
		}},
		{"message.read_self message.played_self", func(st *stage) {
			id := st.says(simclient.Message{Text: "to be read on the phone"})
			for _, kind := range []string{"read", "played"} {
				_, err := st.w.SendReceipt(st.t.Context(), ownPhone, simclient.Receipt{To: friend, ID: id, Type: kind})
				st.must(err)
			}
		}},
		{"message.receipt", func(st *stage) {
			own, err := st.w.User(st.t.Context(), ownPhone)
			st.must(err)
			other, err := st.w.User(st.t.Context(), friend)
			st.must(err)
			st.node(simclient.Node{Tag: "receipt", Attrs: map[string]any{"id": "3A0000000000000000", "type": "something_new", "t": now(),
				"from": simclient.JID(own.LID), "recipient": simclient.JID(other.LID)}})
		}},
		{"status.posted status.deleted", func(st *stage) {
			id := st.says(simclient.Message{To: "status", Text: "at sea"})
			st.says(simclient.Message{To: "status", Revoke: &simclient.Revoke{ID: id}})
		}},
		{"status.viewed status.reaction", func(st *stage) {
			post, err := st.w.SendAcked(st.t.Context(), ownPhone, simclient.Message{To: "status", Text: "my day"}, patience)
			st.must(err)
			_, err = st.w.SendReceipt(st.t.Context(), friend, simclient.Receipt{To: ownPhone, Group: "status", Type: "read", ID: post.ID})
			st.must(err)
			st.says(simclient.Message{To: "status", Reaction: &simclient.Reaction{ID: post.ID, Emoji: "👍"}})
		}},
		{"newsletter.join newsletter.message_received newsletter.message_edited newsletter.message_deleted newsletter.live_update " +
			"newsletter.mute_change newsletter.leave", (*stage).newsletter},
		{"call.offer call.accept call.reject call.terminate", func(st *stage) {
			id := ""
			for _, state := range []string{"offer", "accept", "reject", "terminate"} {
				var err error
				id, err = st.w.Call(st.t.Context(), friend, simclient.Call{To: ownPhone, State: state, CallID: id})
				st.must(err)
			}
		}},
		{"call.offer_notice call.pre_accept call.transport call.relay_latency call.unknown", func(st *stage) {
			other, err := st.w.User(st.t.Context(), friend)
			st.must(err)
			for _, step := range []string{"offer_notice", "preaccept", "transport", "relaylatency", "something_new"} {
				st.node(simclient.Node{Tag: "call", Attrs: map[string]any{"id": "C-" + step, "from": simclient.JID(other.LID), "t": now()},
					Content: []simclient.Node{{Tag: step, Attrs: map[string]any{"call-id": "CALL", "call-creator": simclient.JID(other.LID), "media": "audio", "type": "group"}}}})
			}
		}},
	}
}

func now() string { return strconv.FormatInt(time.Now().Unix(), 10) }

// sends sends a text to the friend through our API.
func (st *stage) sends(text string) string {
	st.t.Helper()
	var sent struct {
		MessageID string `json:"message_id"`
	}
	st.own.must("POST", "/chats/"+friend+"/messages", map[string]any{"text": text}, &sent)
	return sent.MessageID
}

func (st *stage) newsletter() {
	l, err := st.w.CreateNewsletter(st.t.Context(), simclient.NewNewsletter{Name: "News", Owner: friend})
	st.must(err)
	follow := func(action string) {
		_, err := st.w.ChangeFollower(st.t.Context(), l.ID, ownPhone, action)
		st.must(err)
	}
	follow("follow")
	post, _, err := st.w.Publish(st.t.Context(), l.ID, simclient.NewPost{Text: "The ferry is late"}, patience)
	st.must(err)
	_, _, err = st.w.Publish(st.t.Context(), l.ID, simclient.NewPost{Edit: &simclient.Edit{ID: post.ID, Text: "It is here"}}, patience)
	st.must(err)
	st.node(simclient.Node{Tag: "notification", Attrs: map[string]any{"type": "newsletter", "id": "N-live", "from": simclient.JID(l.ID), "t": now()},
		Content: []simclient.Node{{Tag: "live_updates", Content: []simclient.Node{{Tag: "messages", Attrs: map[string]any{"jid": simclient.JID(l.ID), "t": now()},
			Content: []simclient.Node{{Tag: "message", Attrs: map[string]any{"server_id": strconv.Itoa(post.ServerID), "type": "text", "t": now()},
				Content: []simclient.Node{{Tag: "views_count", Attrs: map[string]any{"count": "12"}}}}}}}}}})
	_, _, err = st.w.Publish(st.t.Context(), l.ID, simclient.NewPost{Revoke: &simclient.Revoke{ID: post.ID}}, patience)
	st.must(err)
	follow("mute")
	follow("unfollow")
}

func groupScenes() []scene {
	change := func(g simclient.GroupChange) func(*stage) {
		return func(st *stage) { st.change(st.group, g) }
	}
	return []scene{
		{"group.join", func(st *stage) {
			g, err := st.w.CreateGroup(st.t.Context(), simclient.NewGroup{Subject: "Crew", Owner: friend, Participants: []string{ownPhone}})
			st.must(err)
			st.group = g.ID
		}},
		{"group.participant_update", change(simclient.GroupChange{Action: "promote", Participants: []string{ownPhone}})},
		{"group.info_update", change(simclient.GroupChange{Action: "subject", Value: "Sailors"})},
		{"group.member_label", func(st *stage) {
			st.raw(st.group, `{"protocolMessage":{"type":"GROUP_MEMBER_LABEL_CHANGE","memberLabel":{"label":"captain"}}}`)
		}},
		{"group.join_request", func(st *stage) {
			st.change(st.group, simclient.GroupChange{Action: "approval", Value: "on"})
			_, err := st.w.ChangeGroup(st.t.Context(), st.group, simclient.GroupChange{Actor: "4915100000090", Action: "request"})
			st.must(err)
		}},
		{"group.linked group.unlinked group.deleted", func(st *stage) {
			school, err := st.w.CreateGroup(st.t.Context(), simclient.NewGroup{Subject: "School", Owner: friend, Participants: []string{ownPhone}, Community: true})
			st.must(err)
			st.change(school.ID, simclient.GroupChange{Action: "link", Group: st.group})
			st.change(school.ID, simclient.GroupChange{Action: "unlink", Group: st.group})
			st.change(school.ID, simclient.GroupChange{Action: "delete"})
		}},
		{"group.leave", change(simclient.GroupChange{Action: "remove", Participants: []string{ownPhone}})},
		{"event.unknown", func(st *stage) { // a notice that tells of nothing
			st.node(simclient.Node{Tag: "notification", Attrs: map[string]any{"type": "w:gp2", "id": "N-empty", "from": simclient.JID(st.group), "t": now()}})
		}},
	}
}

func (st *stage) change(group string, g simclient.GroupChange) {
	st.t.Helper()
	g.Actor = friend
	_, err := st.w.ChangeGroup(st.t.Context(), group, g)
	st.must(err)
	st.w.quiet(st.own.device)
}
