package control_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"wapost/simclient"
)

// The document is made of the route table, so a route without an entry cannot be; this looks at what could still be wrong.
func TestTheDocumentIsComplete(t *testing.T) {
	doc := servedDocument()
	operations := 0
	for path, methods := range doc.Paths {
		for method, operation := range methods {
			operations++
			for _, status := range []string{"400", "403", "413", "415", "421", "500"} {
				if _, ok := operation.Responses[status]; !ok {
					t.Errorf("%s %s does not tell of %s", method, path, status)
				}
			}
			for _, part := range strings.Split(path, "/") {
				name := strings.Trim(part, "{}")
				described := slices.ContainsFunc(operation.Parameters, func(p struct{ Name, In string }) bool { return p.Name == name && p.In == "path" })
				if name != part && !described {
					t.Errorf("%s %s has no parameter %s", method, path, name)
				}
			}
		}
	}
	if operations < 42 {
		t.Errorf("only %d operations are described", operations)
	}
}

func TestTheDocumentIsServed(t *testing.T) {
	r := newRig(t)
	raw, err := r.OpenAPI(t.Context())
	must(t, err)
	var doc apiDocument
	must(t, json.Unmarshal(raw, &doc))
	if len(doc.Paths) != len(servedDocument().Paths) {
		t.Errorf("%d paths are described", len(doc.Paths))
	}
}

// The client's structs are written by hand: each must have the fields of its schema, with the same ones optional.
func TestTheClientHasTheFieldsOfTheDocument(t *testing.T) {
	schemas := servedDocument().Components.Schemas
	for name, form := range map[string]any{
		"InfoReply": simclient.Info{}, "ResetReply": simclient.ResetResult{}, "User": simclient.User{}, "Auto": simclient.Auto{},
		"AutoBody": simclient.AutoChange{}, "CreateUserBody": simclient.NewUser{}, "UserChangeBody": simclient.UserChange{},
		"LinkReply": simclient.LinkResult{}, "LinkedDevice": simclient.LinkedDevice{}, "LinkingReply": simclient.Linking{}, "Problem": simclient.Problem{},
		"MessageBody": simclient.Message{}, "ReactionBody": simclient.Reaction{}, "EditBody": simclient.Edit{}, "RevokeBody": simclient.Revoke{},
		"SentReply": simclient.Sent{}, "TargetState": simclient.Target{}, "BurstBody": simclient.NewBurst{}, "BurstStarted": simclient.BurstStarted{},
		"BurstReply": simclient.Burst{}, "InboxReply": simclient.InboxPage{}, "InboxEntry": simclient.InboxEntry{}, "Sender": simclient.Sender{},
		"Content": simclient.Content{}, "FileContent": simclient.FileContent{}, "LocationView": simclient.Location{}, "ContactView": simclient.Contact{},
		"PollView": simclient.Poll{}, "ReceiptBody": simclient.Receipt{}, "PresenceBody": simclient.Presence{}, "CallBody": simclient.Call{},
		"GroupBody": simclient.NewGroup{}, "Group": simclient.Group{}, "Member": simclient.Member{}, "Joiner": simclient.JoinRequest{}, "GroupChangeBody": simclient.GroupChange{},
		"CompanionReply": simclient.Companion{}, "StatusBody": simclient.StatusPrivacy{}, "PrivacyBody": simclient.Privacy{}, "FaceBody": simclient.Picture{}, "NewsletterBody": simclient.NewNewsletter{}, "Newsletter": simclient.Newsletter{}, "Reader": simclient.Follower{}, "PostBody": simclient.NewPost{},
		"PostView": simclient.Post{}, "ReactionView": simclient.ReactionCount{}, "CountersBody": simclient.Counters{},
		"StateChangeBody": simclient.AppStateChange{}, "StateDelivery": simclient.AppStateDelivery{}, "Collection": simclient.Collection{},
		"StateEntry": simclient.AppStateEntry{}, "StateReply": simclient.AppState{},
		"GroupChangeReply": simclient.GroupChanged{}, "Device": simclient.Device{}, "Ack": simclient.Ack{}, "UnackedStanza": simclient.UnackedStanza{},
		"KickBody": simclient.Kick{}, "StreamErrorBody": simclient.StreamError{}, "DemandedStanza": simclient.DemandedStanza{},
		"Faults": simclient.Faults{}, "RefuseLogin": simclient.RefuseLogin{}, "AckError": simclient.AckError{}, "NoAck": simclient.NoAck{},
		"QueryFault": simclient.QueryFault{}, "MediaFault": simclient.MediaFault{}, "MediaRetryFault": simclient.MediaRetryFault{}, "TraceReply": simclient.TracePage{},
		"TraceEntry": simclient.TraceEntry{}, "UnhandledReply": simclient.Unhandled{}, "UnhandledQuery": simclient.UnhandledQuery{},
		"UnhandledRequest": simclient.UnhandledRequest{},
	} {
		want, ok := schemas[name]
		if !ok {
			t.Errorf("there is no schema %s", name)
			continue
		}
		compareFields(t, name, want, reflect.TypeOf(form))
	}
}

func compareFields(t *testing.T, name string, want schema, form reflect.Type) {
	t.Helper()
	have := map[string]bool{}
	for _, f := range reflect.VisibleFields(form) {
		member, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		have[member] = true
		if _, ok := want.Properties[member]; !ok {
			t.Errorf("%s has no %s, but the client does", name, member)
		}
		if optional := options != ""; optional == slices.Contains(want.Required, member) {
			t.Errorf("%s.%s: optional is %v in the client", name, member, optional)
		}
	}
	for member := range want.Properties {
		if !have[member] {
			t.Errorf("the client has no %s.%s", name, member)
		}
	}
}

// A file has one struct for all kinds in the client, and one schema for each in the document.
func TestTheClientsFileFitsEveryKind(t *testing.T) {
	schemas, known := servedDocument().Components.Schemas, map[string]bool{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[simclient.File]()) {
		member, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		known[member] = true
	}
	for _, kind := range []string{"PictureBody", "VideoBody", "AudioBody", "DocumentBody", "StickerBody"} {
		if len(schemas[kind].Properties) == 0 {
			t.Errorf("there is no schema %s", kind)
		}
		for member := range schemas[kind].Properties {
			if !known[member] {
				t.Errorf("the client's file has no %s", member)
			}
		}
	}
}
