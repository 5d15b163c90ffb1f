package whatsapp

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"wapost/internal/event"
	"wapost/internal/session"
)

var update = flag.Bool("update", false, "write the golden files")

// stimulus is what the library gives, as a test writes it down.
type stimulus struct {
	Chat         string          `json:"chat"`
	Sender       string          `json:"sender"`
	SenderAlt    string          `json:"sender_alt"`
	RecipientAlt string          `json:"recipient_alt"`
	FromMe       bool            `json:"from_me"`
	Mode         string          `json:"mode"`
	ID           string          `json:"id"`
	ServerID     int             `json:"server_id"`
	PushName     string          `json:"push_name"`
	Edit         string          `json:"edit"`
	RetryCount   int             `json:"retry_count"`
	Placeholder  string          `json:"placeholder"` // answer of the phone to this request
	Message      json.RawMessage `json:"message"`
	Broadcaster  string          `json:"broadcast_list_owner"`
	StoryPost    bool            `json:"newsletter_story"`
	EditedMS     int64           `json:"edited_ms"` // of a newsletter
	Bot          *struct {
		Type   string `json:"type"`
		Target string `json:"target"`
	} `json:"bot"`
	Thread string `json:"thread"`
	// what was found out before the translation
	Vote     json.RawMessage `json:"opened_vote"`
	Answer   json.RawMessage `json:"opened_answer"`
	Reaction json.RawMessage `json:"opened_reaction"`
	Inner    json.RawMessage `json:"opened_message"`
	Original *event.Message  `json:"original"`
	Receipt  *struct {
		Type   string   `json:"type"`
		IDs    []string `json:"ids"`
		Sender string   `json:"message_sender"`
	} `json:"receipt"`
	Undecryptable *struct {
		Unavailable bool   `json:"unavailable"`
		Type        string `json:"type"`
		Hidden      bool   `json:"hidden"`
	} `json:"undecryptable"`
	Library *librarySays `json:"library"`
}

func jid(t *testing.T, s string) types.JID {
	t.Helper()
	if s == "" {
		return types.EmptyJID
	}
	j, err := types.ParseJID(s)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

var sentAt = time.Date(2025, 12, 17, 10, 29, 58, 0, time.UTC)

func (s *stimulus) event(t *testing.T) any {
	t.Helper()
	chat := jid(t, s.Chat)
	src := types.MessageSource{BroadcastListOwner: jid(t, s.Broadcaster), Chat: chat, Sender: jid(t, s.Sender), SenderAlt: jid(t, s.SenderAlt), RecipientAlt: jid(t, s.RecipientAlt),
		IsFromMe: s.FromMe, IsGroup: chat.Server == types.GroupServer || chat.Server == types.BroadcastServer, AddressingMode: types.AddressingMode(s.Mode)}
	info := types.MessageInfo{MessageSource: src, ID: s.ID, IsNewsletterStatus: s.StoryPost, ServerID: s.ServerID, PushName: s.PushName, Timestamp: sentAt, Edit: types.EditAttribute(s.Edit)}
	info.MsgMetaInfo.ThreadMessageID = s.Thread
	if s.Bot != nil {
		info.MsgBotInfo = types.MsgBotInfo{EditType: types.BotEditType(s.Bot.Type), EditTargetID: s.Bot.Target}
	}
	switch {
	case s.Library != nil:
		return s.Library.event(t)
	case s.Receipt != nil:
		return &events.Receipt{MessageSource: src, MessageIDs: s.Receipt.IDs, Timestamp: sentAt, Type: types.ReceiptType(s.Receipt.Type), MessageSender: jid(t, s.Receipt.Sender)}
	case s.Undecryptable != nil:
		u := &events.UndecryptableMessage{Info: info, IsUnavailable: s.Undecryptable.Unavailable, UnavailableType: events.UnavailableType(s.Undecryptable.Type)}
		if s.Undecryptable.Hidden {
			u.DecryptFailMode = events.DecryptFailHide
		}
		return u
	}
	var m waE2E.Message
	if err := protojson.Unmarshal(s.Message, &m); err != nil {
		t.Fatal(err)
	}
	evt := &events.Message{Info: info, RawMessage: &m, RetryCount: s.RetryCount, UnavailableRequestID: s.Placeholder}
	if s.EditedMS != 0 {
		evt.NewsletterMeta = &events.NewsletterMessageMeta{EditTS: time.UnixMilli(s.EditedMS), OriginalTS: sentAt}
	}
	return evt.UnwrapRaw()
}

// prepare gives the translator what was found out before.
func (s *stimulus) prepare(t *testing.T, tr *translator) *translator {
	t.Helper()
	tr.original = s.Original
	read := func(from json.RawMessage, into proto.Message) bool {
		if from == nil {
			return false
		}
		if err := protojson.Unmarshal(from, into); err != nil {
			t.Fatal(err)
		}
		return true
	}
	var o opened
	if v := new(waE2E.PollVoteMessage); read(s.Vote, v) {
		o.vote = v
	}
	if v := new(waE2E.EventResponseMessage); read(s.Answer, v) {
		o.response = v
	}
	if v := new(waE2E.ReactionMessage); read(s.Reaction, v) {
		o.reaction = v
	}
	if v := new(waE2E.Message); read(s.Inner, v) {
		o.message = v
	}
	tr.opened = o
	return tr
}

// result is what is compared.
type result struct {
	Type      event.Type         `json:"type"`
	Class     event.Class        `json:"class"`
	At        event.Time         `json:"at"`
	Origin    event.Origin       `json:"origin"`
	Key       string             `json:"key"`
	SourceKey string             `json:"source_key"`
	Learned   []session.Identity `json:"learned,omitempty"`
	Data      any                `json:"data"`
	Files     []event.Attachment `json:"files,omitempty"`
	Raw       *event.Raw         `json:"raw,omitempty"`
}

func testTranslator() *translator {
	files := 0
	return &translator{
		newMedia: func() string { files++; return fmt.Sprintf("med_%d", files) },
		own:      own{jid: types.NewADJID("4915550001111", 0, 3), lid: types.NewADJID("99000000000001", types.LIDDomain, 3), pushName: "Me"},
		people:   session.NewDirectory([]session.Identity{{LID: "99000000000009", Phone: "4915550009999"}}),
		now:      sentAt.Add(time.Second),
	}
}

// stimuli reads the inputs, by name.
func stimuli(t testing.TB) map[string]stimulus {
	t.Helper()
	inputs, err := filepath.Glob("testdata/translate/*.in.json")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no inputs: %v", err)
	}
	all := map[string]stimulus{}
	for _, path := range inputs {
		in, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var s stimulus
		dec := json.NewDecoder(bytes.NewReader(in))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&s); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".in.json")] = s
	}
	return all
}

func TestTranslate(t *testing.T) {
	for name, s := range stimuli(t) {
		t.Run(name, func(t *testing.T) {
			got := render(t, s.prepare(t, testTranslator()).translate(s.event(t)))
			golden := filepath.Join("testdata/translate", name+".golden.json")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// render writes a batch as a golden file has it.
func render(t *testing.T, b session.Batch) []byte {
	t.Helper()
	results := []result{}
	for _, e := range b.Events {
		if e.Raw != nil { // protojson puts spaces at random
			var compact bytes.Buffer
			if err := json.Compact(&compact, e.Raw.JSON); err != nil {
				t.Fatal(err)
			}
			e.Raw.JSON = compact.Bytes()
		}
		results = append(results, result{Type: e.Type, Class: e.Class, At: event.Time{Time: e.At}, Origin: e.Origin, Key: e.Key, SourceKey: e.SourceKey,
			Learned: b.Learned, Data: e.Data, Files: e.Attachments, Raw: e.Raw})
	}
	var raw bytes.Buffer
	enc := json.NewEncoder(&raw)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(results); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw.Bytes(), "", "  "); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestSecretsNeverLeave(t *testing.T) {
	secret := bytes.Repeat([]byte("S"), 32)
	key := &waE2E.SenderKeyDistributionMessage{AxolotlSenderKeyDistributionMessage: secret}
	context := &waE2E.MessageContextInfo{MessageSecret: secret, BotMessageSecret: secret}
	text := "hi"
	inner := &waE2E.Message{Conversation: &text, MessageContextInfo: context, SenderKeyDistributionMessage: key}
	deep := inner
	for range 2 * nesting {
		deep = &waE2E.Message{Conversation: &text, SpoilerMessage: &waE2E.FutureProofMessage{Message: deep}}
	}
	card := &waE2E.InteractiveMessage{Body: &waE2E.InteractiveMessage_Body{Text: &text}, ContextInfo: &waE2E.ContextInfo{QuotedMessage: inner}}
	for name, m := range map[string]*waE2E.Message{
		"on top":    inner,
		"very deep": deep,
		"in a list": {InteractiveMessage: &waE2E.InteractiveMessage{InteractiveMessage: &waE2E.InteractiveMessage_CarouselMessage_{
			CarouselMessage: &waE2E.InteractiveMessage_CarouselMessage{Cards: []*waE2E.InteractiveMessage{{Body: card.Body}, card}}}}},
		"in a quote": {ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: &text, ContextInfo: &waE2E.ContextInfo{QuotedMessage: inner}}},
		"wrapped":    {EphemeralMessage: &waE2E.FutureProofMessage{Message: inner}, FastRatchetKeySenderKeyDistributionMessage: key},
	} {
		raw := rawProto(m)
		if bytes.Contains(raw, []byte("U1NT")) { // base64 of SSS
			t.Errorf("%s: %s", name, raw)
		}
		if !bytes.Contains(raw, []byte("hi")) {
			t.Errorf("%s: the content is gone: %s", name, raw)
		}
	}
	if !bytes.Equal(inner.GetMessageContextInfo().GetMessageSecret(), secret) {
		t.Error("the message itself was changed")
	}
}

func TestAMessageThatIsNoUTF8IsKeptAsItsBytes(t *testing.T) {
	text := "caf\xe9"
	raw := rawProto(&waE2E.Message{Conversation: &text, MessageContextInfo: &waE2E.MessageContextInfo{MessageSecret: []byte("secret-secret")}})
	var kept struct{ Protobuf []byte }
	var m waE2E.Message
	if err := json.Unmarshal(raw, &kept); err != nil || proto.Unmarshal(kept.Protobuf, &m) != nil {
		t.Fatalf("%s, %v", raw, err)
	}
	if m.GetConversation() != text || m.GetMessageContextInfo().GetMessageSecret() != nil {
		t.Errorf("%v", &m)
	}
}

func TestWhatOurConversionFailsOnIsKeptRaw(t *testing.T) {
	broken := testTranslator()
	broken.people = nil // a bug of ours: the lookup of an address panics
	text := "hi"
	m := &events.Message{Info: types.MessageInfo{ID: "A", Timestamp: sentAt, MessageSource: types.MessageSource{
		Chat: types.NewJID("99", types.HiddenUserServer), Sender: types.NewJID("99", types.HiddenUserServer)}},
		RawMessage: &waE2E.Message{Conversation: &text}}
	b := broken.translate(m.UnwrapRaw())
	if len(b.Events) != 1 || b.Events[0].Type != event.Unknown {
		t.Fatalf("%+v", b)
	}
	e := b.Events[0]
	if d := e.Data.(event.UnknownEvent); d.Reason != convertFailed || d.Error == nil {
		t.Errorf("%+v", d)
	}
	if e.Raw == nil || !bytes.Contains(e.Raw.JSON, []byte("hi")) || e.SourceKey == "" || e.Key == "" || e.At.IsZero() {
		t.Errorf("%+v", e)
	}
}

// odd is a type that the library may bring one day.
type odd struct{ Number int }

func TestAnEventOfAnUnknownTypeIsKeptRaw(t *testing.T) {
	b := testTranslator().translate(&odd{7})
	if len(b.Events) != 1 || b.Events[0].Type != event.Unknown || b.Events[0].Raw == nil {
		t.Fatalf("%+v", b)
	}
	if d := b.Events[0].Data.(event.UnknownEvent); d.Reason != unknownType || d.Source != "*whatsapp.odd" {
		t.Errorf("%+v", d)
	}
}
