package control_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"wapost/simclient"
)

const (
	owner = "4915100000001"
	anna  = "4915100000003"
	ben   = "4915100000004"
)

// send writes a message and waits until the gateway has acknowledged it.
func (r *rig) send(from string, m simclient.Message) simclient.Sent {
	r.t.Helper()
	sent, err := r.SendAcked(r.t.Context(), from, m, patience)
	must(r.t, err)
	if !sent.Acked {
		r.t.Fatalf("not acknowledged: %+v", sent)
	}
	return sent
}

func TestAMessageIsAckedByTheGateway(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	sent := r.send(anna, simclient.Message{To: "+49 151 00000001", ID: "3AFEED", Text: "hi", At: at})
	if sent.ID != "3AFEED" || sent.To != owner || !sent.At.Equal(at) || sent.AckMS == nil || len(sent.Devices) != 1 ||
		sent.Devices[0] != (simclient.Target{JID: owner + ":1@s.whatsapp.net", State: "acked"}) {
		t.Errorf("sent %+v", sent)
	}
	m := await(g, withID("3AFEED"))
	if m.Message.GetConversation() != "hi" || !m.Info.Timestamp.Equal(at) || m.Info.PushName != "Anna" {
		t.Errorf("the gateway has %+v", m.Info)
	}
}

func TestAMessageThatIsNotAckedStaysQueued(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	if n, err := r.Hold(t.Context(), g.device); err != nil || n != 0 {
		t.Errorf("%d were un-acked, %v", n, err)
	}
	sent, err := r.SendAcked(t.Context(), anna, simclient.Message{To: owner, Text: "hi"}, 20*time.Millisecond)
	must(t, err)
	if sent.Acked || sent.AckMS != nil || sent.Devices[0].State != "queued" {
		t.Errorf("sent %+v", sent)
	}
	if d, err := r.Device(t.Context(), g.device); err != nil || !d.Held || d.Unacked != 1 || d.OldestUnackedAt.IsZero() {
		t.Errorf("device is %+v, %v", d, err)
	}
	stanzas, err := r.Unacked(t.Context(), g.device)
	must(t, err)
	if len(stanzas) != 1 || stanzas[0].Tag != "message" || stanzas[0].ID != sent.ID || !stanzas[0].FirstSentAt.IsZero() || stanzas[0].Tries != 0 {
		t.Errorf("un-acked are %+v", stanzas)
	}
	if n, err := r.Release(t.Context(), g.device, 1); err != nil || n != 1 {
		t.Errorf("%d were released, %v", n, err)
	}
	await(g, withID(sent.ID))
	until(t, func() bool {
		d, err := r.Device(t.Context(), g.device)
		return err == nil && d.Unacked == 0 && d.LastAck != nil && d.LastAck.ID == sent.ID
	})
}

func TestEveryContentReachesTheGateway(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	send := func(m simclient.Message) *waE2E.Message {
		t.Helper()
		m.To = owner
		sent := r.send(anna, m)
		return await(g, withID(sent.ID)).RawMessage
	}
	first := r.send(anna, simclient.Message{To: owner, Text: "first"})
	m := send(simclient.Message{Text: "an answer", ReplyTo: first.ID, Mentions: []string{owner}, Forwarded: true, ExpiresS: 60})
	info := m.GetExtendedTextMessage().GetContextInfo()
	if info.GetStanzaID() != first.ID || len(info.GetMentionedJID()) != 1 || !info.GetIsForwarded() || info.GetExpiration() != 60 {
		t.Errorf("the context is %v", info)
	}
	if m = send(simclient.Message{Reaction: &simclient.Reaction{ID: first.ID, Emoji: "👍"}}); m.GetReactionMessage().GetText() != "👍" {
		t.Errorf("the reaction is %v", m)
	}
	m = send(simclient.Message{Edit: &simclient.Edit{ID: first.ID, Text: "better"}})
	if change := m.GetEditedMessage().GetMessage().GetProtocolMessage(); change.GetKey().GetID() != first.ID || change.GetEditedMessage().GetConversation() != "better" {
		t.Errorf("the edit is %v", m)
	}
	if m = send(simclient.Message{Revoke: &simclient.Revoke{ID: first.ID}}); m.GetProtocolMessage().GetType() != waE2E.ProtocolMessage_REVOKE {
		t.Errorf("the revoke is %v", m)
	}
	raw, err := proto.Marshal(&waE2E.Message{LocationMessage: &waE2E.LocationMessage{Name: proto.String("here")}})
	must(t, err)
	if m = send(simclient.Message{Raw: raw}); m.GetLocationMessage().GetName() != "here" {
		t.Errorf("the raw message is %v", m)
	}
	_, err = r.Send(t.Context(), anna, simclient.Message{To: owner, Reaction: &simclient.Reaction{ID: "nothing"}})
	fails(t, err, 404, "unknown_message")
}

func TestFilesReachTheGateway(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	picture := []byte("not really a picture")
	sent := r.send(anna, simclient.Message{To: owner, Image: &simclient.File{Data: picture, Mimetype: "image/png", Caption: "look"}})
	image := await(g, withID(sent.ID)).Message.GetImageMessage()
	if got, err := g.Download(t.Context(), image); err != nil || !bytes.Equal(got, picture) || image.GetCaption() != "look" || image.GetMimetype() != "image/png" {
		t.Errorf("downloaded %q of %v, %v", got, image, err)
	}
	sent = r.send(anna, simclient.Message{To: owner, Audio: &simclient.File{Size: 1000, Voice: true, Seconds: 3}})
	audio := await(g, withID(sent.ID)).Message.GetAudioMessage()
	if got, err := g.Download(t.Context(), audio); err != nil || len(got) != 1000 || !audio.GetPTT() || audio.GetSeconds() != 3 {
		t.Errorf("downloaded %d bytes of %v, %v", len(got), audio, err)
	}
	sent = r.send(anna, simclient.Message{To: owner, Video: &simclient.File{Size: 10, Caption: "watch", Seconds: 2}})
	if video := await(g, withID(sent.ID)).Message.GetVideoMessage(); video.GetSeconds() != 2 || video.GetCaption() != "watch" {
		t.Errorf("the video is %v", video)
	}
	sent = r.send(anna, simclient.Message{To: owner, Sticker: &simclient.File{Size: 10}})
	if await(g, withID(sent.ID)).Message.GetStickerMessage().GetFileLength() != 10 {
		t.Error("the sticker has not its size")
	}
	sent = r.send(anna, simclient.Message{To: owner, Document: &simclient.File{Size: 10, FileName: "a.txt", Caption: "read", Gone: 410}})
	document := await(g, withID(sent.ID)).Message.GetDocumentMessage()
	if _, err := g.Download(t.Context(), document); err == nil || document.GetFileName() != "a.txt" || document.GetCaption() != "read" {
		t.Errorf("%v was downloaded: %v", document, err)
	}
}

func TestASendThatReachesNobodyTellsWhy(t *testing.T) {
	r := newRig(t)
	r.user(anna, "Anna")
	send := func(from string, m simclient.Message) error {
		_, err := r.Send(t.Context(), from, m)
		return err
	}
	fails(t, send("4915100000009", simclient.Message{To: anna, Text: "x"}), 404, "unknown_person")
	fails(t, send(anna, simclient.Message{To: "4915100000009", Text: "x"}), 404, "unknown_person")
	fails(t, send(anna, simclient.Message{To: "120363000000000000@g.us", Text: "x"}), 404, "unknown_group")
	fails(t, send(anna, simclient.Message{To: anna, Text: "x", Only: owner + ":1"}), 404, "unknown_device")
	sent, err := r.SendAcked(t.Context(), anna, simclient.Message{To: anna, Text: "a note"}, patience)
	if err != nil || !sent.Acked || len(sent.Devices) != 0 {
		t.Errorf("a person without devices: %+v %v", sent, err)
	}
}

func TestFaultsOfOneMessage(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	sent := r.send(anna, simclient.Message{To: owner, Text: "broken", Corrupt: true, Only: g.device})
	await(g, func(u *events.UndecryptableMessage) bool { return u.Info.ID == sent.ID })
	await(g, withID(sent.ID)) // sent again after the retry receipt
	sent = r.send(anna, simclient.Message{To: owner, Text: "gone", Unavailable: true})
	await(g, func(u *events.UndecryptableMessage) bool { return u.Info.ID == sent.ID && u.IsUnavailable })
	sent = r.send(anna, simclient.Message{To: owner, Text: "from the number", Addressing: "pn"})
	if m := await(g, withID(sent.ID)); m.Info.Sender.User != anna {
		t.Errorf("it came from %s", m.Info.Sender)
	}
}

func TestABurstCanBeFollowedAndStopped(t *testing.T) {
	r := newRig(t)
	g := r.linked(owner, "Owner")
	r.user(anna, "Anna")
	if b, err := r.Burst(t.Context(), anna); err != nil || b != (simclient.Burst{}) {
		t.Errorf("burst is %+v, %v", b, err)
	}
	started, err := r.StartBurst(t.Context(), anna, simclient.NewBurst{To: owner, Count: 5, Text: "no. {n}", IDPrefix: "B"})
	must(t, err)
	if started != (simclient.BurstStarted{IDPrefix: "B", First: 1, Last: 5}) {
		t.Errorf("started %+v", started)
	}
	for _, id := range []string{"B000001", "B000002", "B000003", "B000004", "B000005"} {
		if m := await(g, withID(id)); m.Message.GetConversation() != "no. "+id[6:] {
			t.Errorf("%s says %q", id, m.Message.GetConversation())
		}
	}
	until(t, func() bool {
		b, err := r.Burst(t.Context(), anna)
		return err == nil && b == (simclient.Burst{IDPrefix: "B", Sent: 5, Count: 5, Acked: 5})
	})
	_, err = r.StartBurst(t.Context(), anna, simclient.NewBurst{To: owner, Count: 100, IntervalMS: 60_000})
	must(t, err)
	_, err = r.StartBurst(t.Context(), anna, simclient.NewBurst{To: owner, Count: 1})
	fails(t, err, 409, "burst_running")
	b, err := r.StopBurst(t.Context(), anna)
	must(t, err)
	if b.Running || b.Count != 100 || b.Sent > 1 {
		t.Errorf("stopped %+v", b)
	}
	for _, wrong := range []simclient.NewBurst{{To: owner}, {To: owner, Count: 100_001}, {To: owner, Count: 1, IntervalMS: -1}, {To: "1@newsletter", Count: 1}} {
		_, err = r.StartBurst(t.Context(), anna, wrong)
		fails(t, err, 400, "invalid_request")
	}
	for _, call := range []func(context.Context, string) (simclient.Burst, error){r.Burst, r.StopBurst} {
		_, err = call(t.Context(), "4915100000009")
		fails(t, err, 404, "unknown_person")
	}
	_, err = r.StartBurst(t.Context(), "4915100000009", simclient.NewBurst{To: owner, Count: 1})
	fails(t, err, 404, "unknown_person")
}

func TestABurstNeedsARunningSimulator(t *testing.T) {
	c := served(t, newSimulator(t))
	_, _, err := c.CreateUser(t.Context(), simclient.NewUser{Phone: anna, Name: new("Anna")})
	must(t, err)
	_, err = c.StartBurst(t.Context(), anna, simclient.NewBurst{To: anna, Count: 1})
	fails(t, err, 503, "not_running")
}
