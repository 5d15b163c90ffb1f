package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"wapost/simclient"
)

// alter changes a person.
func (st *stage) alter(phone string, c simclient.UserChange) {
	st.t.Helper()
	_, err := st.w.ChangeUser(st.t.Context(), phone, c)
	st.must(err)
}

// faults makes something go wrong for a device, or for all.
func (st *stage) faults(device string, change func(*simclient.Faults)) {
	st.t.Helper()
	_, err := st.w.ChangeFaults(st.t.Context(), simclient.Scope{Device: device}, change)
	st.must(err)
}

func peopleScenes() []scene {
	name, about := "Another name", "at sea"
	return []scene{
		{"pushname.update business.name_update", func(st *stage) {
			st.alter(friend, simclient.UserChange{Name: &name, BusinessName: &name})
			st.says(simclient.Message{Text: "it is me"})
		}},
		{"user.about", func(st *stage) { st.alter(friend, simclient.UserChange{About: &about}) }},
		{"picture.update", func(st *stage) {
			st.alter(friend, simclient.UserChange{Picture: &simclient.Picture{Data: []byte{0xff, 0xd8, 0xff, 0xe0, 1}}})
		}},
		{"identity.change", func(st *stage) { st.must(st.w.Reinstall(st.t.Context(), friend, true)) }},
		{"presence.update", func(st *stage) {
			_, err := st.w.SetPresence(st.t.Context(), friend, simclient.Presence{Available: true, To: ownPhone})
			st.must(err)
		}},
		{"chat.presence", func(st *stage) {
			_, err := st.w.SetTyping(st.t.Context(), friend, ownPhone, "composing")
			st.must(err)
		}},
		{"privacy.settings", func(st *stage) {
			st.alter(ownPhone, simclient.UserChange{Privacy: &simclient.Privacy{LastSeen: "contacts"}})
		}},
		{"blocklist.change", func(st *stage) { st.alter(ownPhone, simclient.UserChange{Block: []string{"4915100000090"}}) }},
		{"account.reachout_timelock", func(st *stage) {
			st.node(simclient.Node{Tag: "notification", Attrs: map[string]any{"type": "mex", "id": "N-lock", "from": simclient.JID("s.whatsapp.net"), "t": now()},
				Content: []simclient.Node{{Tag: "update", Attrs: map[string]any{"op_name": "NotificationUserReachoutTimelockUpdate"},
					Content: []byte(`{"data":{"xwa2_notify_account_reachout_timelock":{"is_active":true,"time_enforcement_ends":"1900000000"}}}`)}}})
		}},
	}
}

// stateScenes are what the phone changes for all devices of its account.
func stateScenes() []scene {
	on := func(kinds string, c simclient.AppStateChange) scene {
		return scene{kinds, func(st *stage) {
			if c.Chat == "" {
				c.Chat = friend
			}
			_, err := st.w.ChangeAppState(st.t.Context(), ownPhone, c)
			st.must(err)
		}}
	}
	name := "Own name"
	return []scene{
		on("chat.mute appstate.patch_received", simclient.AppStateChange{Action: "mute"}),
		on("chat.archive", simclient.AppStateChange{Action: "archive"}), on("chat.pin", simclient.AppStateChange{Action: "pin"}),
		on("chat.mark_read", simclient.AppStateChange{Action: "mark_read"}), on("chat.clear", simclient.AppStateChange{Action: "clear"}),
		on("chat.delete", simclient.AppStateChange{Action: "delete"}),
		on("message.starred", simclient.AppStateChange{Action: "star", MessageID: "A1", FromMe: true}),
		on("message.deleted_for_me", simclient.AppStateChange{Action: "delete_message", MessageID: "A1", FromMe: true}),
		on("status.mute", simclient.AppStateChange{Action: "status_mute"}), on("label.edit", simclient.AppStateChange{Action: "label", LabelID: "7", Name: "Paid"}),
		on("label.chat", simclient.AppStateChange{Action: "label_chat", LabelID: "7"}),
		on("label.message", simclient.AppStateChange{Action: "label_message", LabelID: "7", MessageID: "A1"}),
		on("contact.update", simclient.AppStateChange{Action: "contact", Name: "Friend of the house"}),
		on("settings.unarchive_chats", simclient.AppStateChange{Action: "unarchive_chats"}),
		{"pushname.setting", func(st *stage) { st.alter(ownPhone, simclient.UserChange{Name: &name}) }},
		{"appstate.sync_error", func(st *stage) {
			n := st.fresh()
			eventually(st.t, "app state", func() bool {
				return n.receiver.count(func(e *envelope) bool { return e.Type == "appstate.sync_complete" }) == 5
			})
			_, err := st.w.DeliverAppState(st.t.Context(), n.phone, simclient.AppStateDelivery{Damaged: true})
			st.must(err)
			_, err = st.w.ChangeAppState(st.t.Context(), n.phone, simclient.AppStateChange{Action: "mute", Chat: friend})
			st.must(err)
		}},
	}
}

// ourScenes are caused by our own API, and by webhooks that do not answer.
func ourScenes() []scene {
	return []scene{
		{"message.failed", func(st *stage) {
			st.faults(st.own.device, func(f *simclient.Faults) { f.AckError = &simclient.AckError{Code: 479} })
			st.own.call("POST", "/chats/"+friend+"/messages", map[string]any{"text": "refused"}, nil)
		}},
		{"webhook.test webhook.replay_finished webhook.disabled", func(st *stage) {
			gone := newReceiver(st.t)
			id := st.own.hook(gone)
			var list []struct{ ID int64 }
			st.own.must("GET", "/webhooks", nil, &list)
			st.own.must("POST", "/webhooks/"+fmt.Sprint(list[0].ID)+"/test", nil, nil)
			st.own.must("POST", "/webhooks/"+fmt.Sprint(id)+"/replay", map[string]any{"since": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)}, nil)
			st.await("webhook.replay_finished")
			gone.misbehave(func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusGone); return true })
			st.says(simclient.Message{Text: "for nobody"})
		}},
		{"webhook.failing", (*stage).failing},
	}
}

// failing is a webhook that refuses what comes of five chats in a row.
func (st *stage) failing() {
	broken := newReceiver(st.t)
	broken.misbehave(func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusInternalServerError)
		return true
	})
	st.own.hook(broken)
	for i := range 5 {
		phone := fmt.Sprintf("49151000004%02d", i)
		st.w.person(phone, "Somebody")
		_, err := st.w.SendAcked(st.t.Context(), phone, simclient.Message{To: ownPhone, Text: "hello"}, patience)
		st.must(err)
	}
	st.await("webhook.failing")
	broken.misbehave(nil)
}

// passkey links an account that demands one, as far as the code that is compared.
func (st *stage) passkey() {
	st.w.person("4915100000091", "Careful")
	demand := simclient.LinkPasskey
	st.alter("4915100000091", simclient.UserChange{Link: &demand})
	n := st.account("4915100000091")
	var login struct{ Code string }
	n.must("POST", "/devices/me/login", nil, &login)
	_, err := st.w.Scan(st.t.Context(), n.phone, login.Code)
	st.must(err)
	credential := json.RawMessage(`{"id":"Y3JlZA","rawId":"Y3JlZA","type":"public-key","clientExtensionResults":{},
		"response":{"clientDataJSON":"e30","authenticatorData":"YQ","signature":"cw"}}`)
	eventually(st.t, "the passkey is taken", func() bool { return n.call("POST", "/devices/me/pairing/passkey", credential, nil) == http.StatusOK })
}

// endScenes spoil connections, each of a number of its own.
func endScenes() []scene {
	never := -1 // the library drops what it has not handled when the connection closes
	refuse := func(kinds string, r simclient.RefuseLogin) scene {
		return scene{kinds, func(st *stage) {
			n := st.fresh()
			st.faults(n.device, func(f *simclient.Faults) { f.RefuseLogin = &r })
			_, err := st.w.Kick(st.t.Context(), n.device, simclient.Kick{})
			st.must(err)
		}}
	}
	return []scene{
		refuse("connection.temporary_ban connection.disconnected", simclient.RefuseLogin{Reason: 402, Code: "101", ExpireS: 3600}),
		refuse("connection.client_outdated", simclient.RefuseLogin{Reason: 405}), refuse("connection.connect_failure", simclient.RefuseLogin{Reason: 409}),
		{"connection.stream_replaced", func(st *stage) {
			st.must(st.w.StreamError(st.t.Context(), st.fresh().device, simclient.StreamError{Conflict: "replaced", CloseAfterMS: &never}))
		}},
		{"connection.stream_error", func(st *stage) {
			st.must(st.w.StreamError(st.t.Context(), st.fresh().device, simclient.StreamError{Code: "599", CloseAfterMS: &never}))
		}},
		{"connection.logged_out device.gap", func(st *stage) { // and linked again
			n := st.fresh()
			st.must(st.w.Unlink(st.t.Context(), n.device))
			eventually(st.t, "the logout", func() bool { return n.state() == "logged_out" })
			n.link(st.w, n.phone)
		}},
		{"connection.pair_error", func(st *stage) { // a number that is linked already
			n := st.fresh()
			second := st.account(n.phone)
			var login struct{ Code string }
			second.must("POST", "/devices/me/login", nil, &login)
			if _, err := st.w.Scan(st.t.Context(), n.phone, login.Code); err == nil {
				st.t.Error("linked twice")
			}
		}},
		{"connection.passkey_request connection.passkey_confirmation", (*stage).passkey},
		{"offline.sync_preview", func(st *stage) {
			n := st.fresh()
			_, err := st.w.Hold(st.t.Context(), n.device)
			st.must(err)
			for range 20 {
				_, err := st.w.Send(st.t.Context(), friend, simclient.Message{To: n.phone, Text: "while away", At: time.Now().Add(-time.Minute)})
				st.must(err)
			}
			_, err = st.w.Kick(st.t.Context(), n.device, simclient.Kick{})
			st.must(err)
			_, err = st.w.Release(st.t.Context(), n.device, 0)
			st.must(err)
		}},
		{"webhook.recovered", func(*stage) {}}, // the one that failed is probed after five seconds
		{"device.deleted", func(st *stage) { st.fresh().must("DELETE", "/devices/me", nil, nil) }},
	}
}
