package httpapi

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"wapost/internal/event"
	"wapost/internal/session"
)

const (
	miaLID   = "99000000000002@lid"
	miaPhone = "+4915550002222"
)

// talk is a device with an account whose events a test writes.
type talk struct {
	*rig
	account       int64
	device, token string
}

func (r *rig) talk() talk {
	r.Helper()
	id, key := r.account()
	device, token := r.device(key)
	return talk{r, id, device, token}
}

func (t talk) tell(kind event.Type, chat string, at time.Time, data any) {
	t.Helper()
	e := event.New(kind)
	e.At, e.AccountID, e.DeviceID, e.Key, e.Data = at, t.account, t.device, t.device+"|c|"+chat, data
	sealed, err := e.Seal()
	if err == nil {
		err = t.db.Events().Append(t.Context(), sealed)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// said is a message of a chat; mine says that the own account wrote it.
func (t talk) said(chat, id, text string, at time.Time, mine bool) {
	t.Helper()
	from := event.Person{JID: chat, Name: event.Text("Mia")}
	if strings.HasSuffix(chat, "@lid") {
		from.LID = &chat
	}
	m := event.Message{MessageID: id, Chat: event.Chat{JID: chat, Kind: event.DirectChat}, Sender: from, FromMe: &mine, Kind: event.KindText, Text: &text, SentAt: event.TimeOf(at)}
	if mine {
		t.tell(event.MessageSent, chat, at, event.SentMessage{Message: m, Via: "api", ClientRef: event.Text("order-7")})
		return
	}
	t.tell(event.MessageReceived, chat, at, m)
}

func namesOf(a *answer, member string) string {
	a.t.Helper()
	var list []map[string]any
	a.data(&list)
	var names []string
	for _, m := range list {
		names = append(names, fmt.Sprint(m[member]))
	}
	return strings.Join(names, " ")
}

func (a *answer) nextPage() string {
	a.t.Helper()
	_, rest, _ := strings.Cut(a.Body.String(), `"next":"`)
	next, _, _ := strings.Cut(rest, `"`)
	return next
}

func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func TestChatsAreListedNewestFirst(t *testing.T) {
	k := newRig(t).talk()
	for i := range 5 {
		k.said(fmt.Sprintf("9900000000010%d@lid", i), "M", "hello", noon().Add(time.Duration(i)*time.Minute), false)
	}
	k.said("99000000000101@lid", "M2", "again", noon().Add(time.Hour), true)
	k.tell(event.StatusPosted, "status@broadcast", noon(), event.Message{MessageID: "S1", Sender: event.Person{JID: miaLID}, FromMe: new(bool), Kind: event.KindText, Story: true})
	a := k.call(k.token, "GET", "/chats?limit=3", nil).ok(http.StatusOK)
	first := namesOf(a, "jid")
	rest := k.call(k.token, "GET", "/chats?after="+a.nextPage(), nil).ok(http.StatusOK)
	if first != "99000000000101@lid 99000000000104@lid 99000000000103@lid" || namesOf(rest, "jid") != "99000000000102@lid 99000000000100@lid" || rest.nextPage() != "" {
		t.Errorf("pages: %s | %s", a.Body, rest.Body)
	}
	one := k.call(k.token, "GET", "/chats/99000000000101@lid", nil).ok(http.StatusOK)
	last, _ := one.get("last_message").(map[string]any)
	if one.get("unread") != 1.0 || one.get("name") != "Mia" || last["text"] != "again" || last["status"] != "sent" || last["client_ref"] != "order-7" {
		t.Errorf("one chat: %s", one.Body)
	}
	for query, want := range map[string]string{"unread=false": "", "kind=status": "status@broadcast", "q=102": "99000000000102@lid", "archived=true": ""} {
		if got := namesOf(k.call(k.token, "GET", "/chats?"+query, nil).ok(http.StatusOK), "jid"); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	k.call(k.token, "GET", "/chats?after=x", nil).wants(http.StatusBadRequest, "after is not a cursor of this list")
	k.call(k.token, "GET", "/chats/1@g.us", nil).wants(http.StatusNotFound, "No such chat")
	k.call(k.token, "GET", "/chats/abc", nil).ok(http.StatusBadRequest)
}

func TestMessagesOfAChatArePagedBothWays(t *testing.T) {
	k := newRig(t).talk()
	for i := range 7 {
		k.said(miaLID, fmt.Sprint("M", i), "x", noon().Add(time.Duration(i/2)*time.Second), false) // two of one second
	}
	path := "/chats/" + miaLID + "/messages"
	a := k.call(k.token, "GET", path+"?limit=3", nil).ok(http.StatusOK)
	if got := namesOf(a, "message_id"); got != "M6 M5 M4" {
		t.Errorf("newest: %s", got)
	}
	b := k.call(k.token, "GET", path+"?limit=3&before="+a.nextPage(), nil).ok(http.StatusOK)
	c := k.call(k.token, "GET", path+"?limit=3&before="+b.nextPage(), nil).ok(http.StatusOK)
	if namesOf(b, "message_id") != "M3 M2 M1" || namesOf(c, "message_id") != "M0" || c.nextPage() != "" {
		t.Errorf("back: %s | %s", b.Body, c.Body)
	}
	on := k.call(k.token, "GET", path+"?limit=2&after=M3", nil).ok(http.StatusOK)
	end := k.call(k.token, "GET", path+"?limit=2&after="+on.nextPage(), nil).ok(http.StatusOK)
	if namesOf(on, "message_id") != "M4 M5" || namesOf(end, "message_id") != "M6" {
		t.Errorf("on: %s | %s", on.Body, end.Body)
	}
	if got := namesOf(k.call(k.token, "GET", path+"?kind=image", nil).ok(http.StatusOK), "message_id"); got != "" {
		t.Errorf("images: %s", got)
	}
	k.call(k.token, "GET", path+"?before=nothing", nil).wants(http.StatusBadRequest, "before is neither a message of this chat nor a cursor")
	k.call(k.token, "GET", path+"?before=M1&after=M2", nil).wants(http.StatusBadRequest, "Give before or after, not both")
	k.call(k.token, "GET", "/chats/1@g.us/messages", nil).wants(http.StatusNotFound, "No such chat")
}

func TestMessageShowsWhatHasBecomeOfIt(t *testing.T) {
	k := newRig(t).talk()
	if err := k.db.Identities().Learn(t.Context(), k.account, []session.Identity{{LID: "99000000000002", Phone: "4915550002222"}}); err != nil {
		t.Fatal(err)
	}
	lid := miaLID
	mia := event.Person{JID: lid, LID: &lid}
	k.said(miaLID, "O1", "mine", noon(), true)
	k.said(miaLID, "M1", "old", noon(), false)
	k.tell(event.MessageDelivered, miaLID, noon().Add(time.Minute), event.Delivered{MessageIDs: []string{"O1"}, Recipient: mia})
	k.tell(event.MessageRead, miaLID, noon().Add(time.Hour), event.Seen{MessageIDs: []string{"O1"}, Recipient: mia})
	k.tell(event.MessageEdited, miaLID, noon(), event.EditedMessage{Message: event.Message{MessageID: "M1", Sender: mia, FromMe: new(bool), Kind: event.KindText,
		Text: event.Text("new")}, EditedAt: event.TimeOf(noon())})
	k.tell(event.MessageDeleted, miaLID, noon(), event.DeletedMessage{Ref: event.Ref{MessageID: "M1"}, DeletedBy: mia})
	a := k.call(k.token, "GET", "/messages/O1?chat="+strings.ReplaceAll(miaPhone, "+", "%2B"), nil).ok(http.StatusOK)
	receipts, _ := a.get("receipts").([]any)
	if len(receipts) != 1 || a.get("status") != "read" {
		t.Fatalf("own message: %s", a.Body)
	}
	r := receipts[0].(map[string]any)
	if r["read_at"] != "2026-03-01T13:00:00.000Z" || r["played_at"] != nil || r["person"].(map[string]any)["phone"] != miaPhone {
		t.Errorf("receipt: %v", r)
	}
	b := k.call(k.token, "GET", "/messages/M1", nil).ok(http.StatusOK)
	if b.get("text") != "new" || b.get("edited_at") == nil || b.get("deleted_at") == nil || b.get("status") != nil {
		t.Errorf("other's message: %s", b.Body)
	}
	id := k.call(k.token, "POST", "/messages", map[string]any{"to": miaPhone, "text": "waits", "client_ref": "r"}).ok(http.StatusOK).get("message_id").(string)
	if w := k.call(k.token, "GET", "/messages/"+id, nil).ok(http.StatusOK); w.get("status") != "queued" || w.get("text") != "waits" || w.get("client_ref") != "r" {
		t.Errorf("waiting message: %s", w.Body)
	}
	k.said("1@g.us", "M1", "same id", noon(), false)
	k.call(k.token, "GET", "/messages/M1", nil).wants(http.StatusConflict, "Several chats have a message with this id; say which with chat")
	k.call(k.token, "GET", "/messages/M9", nil).wants(http.StatusNotFound, "No such message")
}

// Two customers may talk with the same person, and ids may be the same: each sees its own.
func TestMessagesOfOthersAreNotFound(t *testing.T) {
	r := newRig(t)
	mine, other := r.talk(), r.talk()
	mine.said(miaLID, "M1", "mine", noon(), false)
	other.said(miaLID, "M1", "theirs", noon(), false)
	other.said(miaLID, "M2", "theirs", noon(), false)
	for _, path := range []string{"/messages/M1", "/chats/" + miaLID, "/chats/" + miaLID + "/messages", "/chats"} {
		if a := r.call(mine.token, "GET", path, nil).ok(http.StatusOK); strings.Contains(a.Body.String(), "theirs") {
			t.Errorf("%s shows another one's: %s", path, a.Body)
		}
	}
	r.call(mine.token, "GET", "/messages/M2", nil).wants(http.StatusNotFound, "No such message")
}
