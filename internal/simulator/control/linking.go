package control

import (
	"context"
	"errors"
	"net/http"

	"wapost/internal/simulator"
)

func linkingRoutes() []route {
	failures := []simulator.Code{simulator.CodeUnknownPerson, simulator.CodeNoPendingCode, simulator.CodeExpired, simulator.CodeLinkRefused, simulator.CodeNoAnswer}
	return []route{
		post("/users/{phone}/scan", "scan", "Scan a QR code with the person's phone. 202 when the account demands a passkey first.", scan).
			answers(http.StatusCreated, http.StatusAccepted).fails(failures...),
		post("/users/{phone}/enter-code", "enterCode", "Type the code that a client shows for this number.", enterCode).
			answers(http.StatusCreated, http.StatusAccepted).fails(append(failures, simulator.CodeWrongCode, simulator.CodeWrongAccount)...),
		look("/users/{phone}/linking", "linking", "How far the newest attempt to link has come.", linking).
			takes(parameter{"timeout", "duration", "wait so long for a change, at most 60s; default 0s"},
				parameter{"while", "text", "wait only while the status is this one; default: the status at the time of the call"}).
			fails(simulator.CodeUnknownPerson),
	}
}

type scanBody struct {
	Code string `json:"code" doc:"the text of the QR code"`
}

type enterCodeBody struct {
	Code string `json:"code" doc:"such as ABCD-EFGH"`
}

type linkedDevice struct {
	JID   string `json:"jid"`
	LID   string `json:"lid"`
	Phone string `json:"phone"`
}

type linkReply struct {
	Device *linkedDevice `json:"device,omitempty" doc:"with 201"`
	TookMS *int64        `json:"took_ms,omitempty" doc:"with 201: until the client has signed"`
	Status string        `json:"status,omitempty" enum:"passkey_requested" doc:"with 202"`
}

func scan(ctx context.Context, c *call, b *scanBody) (linkReply, error) {
	p, err := c.person()
	if err != nil {
		return linkReply{}, err
	}
	d, err := p.Scan(ctx, b.Code)
	return c.linked(p, d, err)
}

func enterCode(ctx context.Context, c *call, b *enterCodeBody) (linkReply, error) {
	p, err := c.person()
	if err != nil {
		return linkReply{}, err
	}
	d, err := p.EnterCode(ctx, b.Code)
	return c.linked(p, d, err)
}

func (c *call) linked(p *simulator.Person, d *simulator.Device, err error) (linkReply, error) {
	switch {
	case err != nil:
		return linkReply{}, err
	case d == nil:
		c.status = http.StatusAccepted
		return linkReply{Status: simulator.LinkingPasskey}, nil
	}
	took := p.Linking().Took.Milliseconds()
	return linkReply{Device: viewLinked(d), TookMS: &took}, nil
}

func viewLinked(d *simulator.Device) *linkedDevice {
	i := d.Info()
	return &linkedDevice{JID: i.JID.String(), LID: i.LID.String(), Phone: i.Phone}
}

type linkingReply struct {
	Status    string        `json:"status" enum:"none,waiting,passkey_requested,waiting_confirmation,linked,failed"`
	PhoneCode string        `json:"phone_code,omitempty" doc:"with waiting_confirmation: the code that the phone shows"`
	Device    *linkedDevice `json:"device,omitempty" doc:"with linked"`
	Error     *problem      `json:"error,omitempty" doc:"with failed"`
}

func linking(ctx context.Context, c *call) (linkingReply, error) {
	p, err := c.person()
	if err != nil {
		return linkingReply{}, err
	}
	timeout, err := c.wait(0)
	if err != nil {
		return linkingReply{}, err
	}
	current := p.Linking()
	while, err := c.oneOf("while", current.Status, simulator.LinkingNone, simulator.LinkingWaiting, simulator.LinkingPasskey,
		simulator.LinkingConfirm, simulator.LinkingDone, simulator.LinkingFailed)
	if err != nil {
		return linkingReply{}, err
	}
	if timeout > 0 {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		current = p.WaitLinking(ctx, while)
	}
	return viewLinking(current), nil
}

func viewLinking(l simulator.Linking) linkingReply {
	reply := linkingReply{Status: l.Status, PhoneCode: l.PhoneCode}
	if l.Device != nil {
		reply.Device = viewLinked(l.Device)
	}
	if known := (*simulator.Error)(nil); errors.As(l.Err, &known) {
		reply.Error = &problem{Code: known.Code, Message: known.Error()}
	} else if l.Err != nil {
		reply.Error = &problem{Code: codeInternal, Message: "internal error"}
	}
	return reply
}
