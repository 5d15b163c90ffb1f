package control

import (
	"context"
	"net/http"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/types"

	"wapost/internal/simulator"
)

func messageRoutes() []route {
	return []route{
		post("/users/{phone}/messages", "send", "A person writes a message.", send).answers(http.StatusCreated).
			takes(parameter{"wait", "text", "acked: answer once every receiving device has acknowledged, or at the timeout"},
				parameter{"timeout", "duration", "with wait=acked, at most 60s; default 10s"}).
			fails(simulator.CodeUnknownPerson, simulator.CodeUnknownGroup, simulator.CodeUnknownDevice, simulator.CodeUnknownMsg, simulator.CodeNotAMember,
				simulator.CodeNotAllowed, simulator.CodeNotConnected),
	}
}

// messageBody is a message; exactly one content must be given.
type messageBody struct {
	To string `json:"to" doc:"phone, LID (…@lid), group (…@g.us), or status: to who may see the person's status updates"`
	ID string `json:"id,omitempty" doc:"default: a new one. The id of an earlier message is a sender's resend: same id, fresh ciphertext"`

	contentBody

	Secret bool `json:"secret,omitempty" doc:"the message gets the secret that an encrypted reaction, edit or comment needs"`

	ReplyTo    string   `json:"reply_to,omitempty" doc:"id of a message of this chat"`
	Mentions   []string `json:"mentions,omitempty" doc:"phones"`
	Forwarded  bool     `json:"forwarded,omitempty"`
	ExpiresS   int      `json:"expires_s,omitempty" doc:"disappearing: seconds"`
	At         string   `json:"at,omitempty" doc:"time of the message; default now"`
	Addressing string   `json:"addressing,omitempty" enum:"lid,pn,pn_only,lid_only" doc:"default lid, or pn while the fault pn_addressing is on; with only: without the other address beside it"`

	FromDevice int `json:"from_device,omitempty" doc:"number of a simulated second device of the sender; default 0: the phone"`

	Corrupt     bool   `json:"corrupt,omitempty" doc:"fault: damage the ciphertext"`
	NoSenderKey bool   `json:"no_sender_key,omitempty" doc:"fault, in groups: leave the sender key out"`
	Unavailable bool   `json:"unavailable,omitempty" doc:"fault: an unavailable element instead of a ciphertext"`
	Masked      bool   `json:"view_once_masked,omitempty" doc:"fault: as unavailable, for a view-once message, which phones alone may show"`
	TopLevel    bool   `json:"top_level,omitempty" doc:"fault, to status: in a stanza of its own, which clients acknowledge and drop"`
	Only        string `json:"only,omitempty" doc:"to this device alone"`
}

func (b *messageBody) message() (simulator.Message, error) {
	m := simulator.Message{To: b.To, ID: b.ID, Addressing: b.Addressing, ReplyTo: b.ReplyTo, Mentions: b.Mentions, Forwarded: b.Forwarded,
		ExpiresS: b.ExpiresS, Secret: b.Secret, Corrupt: b.Corrupt, NoSenderKey: b.NoSenderKey, Unavailable: b.Unavailable, ViewOnceMasked: b.Masked,
		TopLevel: b.TopLevel, Only: b.Only}
	if b.FromDevice < 0 || b.FromDevice > 65535 {
		return m, invalid("from_device must be the number of a device")
	}
	m.FromDevice = uint16(b.FromDevice)
	var err error
	if m.At, err = instant("at", b.At); err != nil {
		return m, err
	}
	if err = b.check(); err != nil {
		return m, err
	}
	return m, b.fill(&m)
}

// check refuses what the simulator would pass over in silence.
func (b *messageBody) check() error {
	kind, err := b.one()
	if err != nil {
		return err
	}
	if err := addressable("to", b.To); err != nil {
		return err
	}
	toStatus := b.To == simulator.ToStatus || b.To == types.StatusBroadcastJID.String()
	toGroup := strings.HasSuffix(b.To, "@"+types.GroupServer)
	context := b.ReplyTo != "" || len(b.Mentions) > 0 || b.Forwarded || b.ExpiresS != 0
	switch {
	case b.ExpiresS < 0:
		return invalid("expires_s must not be negative")
	case context && !hasContext(kind):
		return invalid("%s carries no reply_to, mentions, forwarded or expires_s", kind)
	case b.NoSenderKey && !toGroup && !toStatus:
		return invalid("no_sender_key is for messages to groups and status updates")
	case b.TopLevel && !toStatus:
		return invalid("top_level is for status updates")
	case b.Addressing != "" && b.Addressing != simulator.AddressLID && (toGroup || toStatus):
		return invalid("addressing %s is for messages outside of groups", b.Addressing)
	}
	return nil
}

// addressable refuses receivers that WhatsApp knows and the simulator does not.
func addressable(field, to string) error {
	if strings.HasSuffix(to, "@"+types.NewsletterServer) || strings.HasSuffix(to, "@"+types.BroadcastServer) && to != types.StatusBroadcastJID.String() {
		return invalid("%s: the simulator has no broadcast lists, and in a newsletter only its owner writes: POST /newsletters/{newsletter}/messages", field)
	}
	return nil
}

// chatName is a receiver as the inboxes name it: a group id or a phone.
func (c *call) chatName(to string) string {
	if p, err := c.sim.Person(to); err == nil {
		return p.Phone()
	}
	return to
}

type sentReply struct {
	ID      string        `json:"id"`
	To      string        `json:"to"`
	At      moment        `json:"at"`
	Devices []targetState `json:"devices" doc:"the linked devices of the receivers"`
	Acked   bool          `json:"acked" doc:"every device has acknowledged"`
	AckMS   *int64        `json:"ack_ms,omitempty" doc:"with wait=acked, when acked: how long that took"`
}

type targetState struct {
	JID   string `json:"jid"`
	State string `json:"state" enum:"queued,sent,acked,dropped" doc:"dropped: the device was unlinked"`
}

func send(ctx context.Context, c *call, b *messageBody) (sentReply, error) {
	p, err := c.person()
	if err != nil {
		return sentReply{}, err
	}
	waits, err := c.oneOf("wait", "", "acked")
	if err != nil {
		return sentReply{}, err
	}
	timeout, err := c.wait(10 * time.Second)
	if err != nil {
		return sentReply{}, err
	}
	m, err := b.message()
	if err != nil {
		return sentReply{}, err
	}
	start := time.Now()
	delivery, err := p.Send(m)
	if err != nil {
		return sentReply{}, err
	}
	reply := sentReply{ID: delivery.ID, To: c.chatName(b.To), At: at(delivery.At)}
	if waits == "acked" {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		if delivery.Wait(ctx) == nil {
			took := time.Since(start).Milliseconds()
			reply.AckMS = &took
		}
	}
	reply.Devices, reply.Acked = viewTargets(delivery), delivery.Acked()
	if !reply.Acked {
		reply.AckMS = nil // nobody is left who could acknowledge
	}
	return reply, nil
}

func viewTargets(d *simulator.Delivery) []targetState {
	states := []targetState{}
	for _, t := range d.Targets() {
		states = append(states, targetState(t))
	}
	return states
}
