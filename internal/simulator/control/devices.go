package control

import (
	"context"

	"wapost/internal/simulator"
)

func deviceRoutes() []route {
	return []route{
		look("/devices", "listDevices", "The linked devices of all persons.", listDevices),
		look("/devices/{device}", "getDevice", "One linked device.", getDevice).fails(simulator.CodeUnknownDevice),
		look("/devices/{device}/unacked", "unacked", "Stanzas that the device has not acknowledged, oldest first.", unacked).fails(simulator.CodeUnknownDevice),
	}
}

type device struct {
	JID             string `json:"jid"`
	LID             string `json:"lid"`
	Phone           string `json:"phone"`
	Connected       bool   `json:"connected"`
	Active          bool   `json:"active" doc:"has finished its login"`
	Held            bool   `json:"held"`
	LinkedAt        moment `json:"linked_at"`
	LastLoginAt     moment `json:"last_login_at,omitempty"`
	Logins          int    `json:"logins"`
	PreKeys         int    `json:"prekeys" doc:"one-time prekeys left"`
	Unacked         int    `json:"unacked" doc:"stanzas in the queue"`
	OldestUnackedAt moment `json:"oldest_unacked_at,omitempty"`
	LastAck         *ack   `json:"last_ack,omitempty"`
}

type ack struct {
	Class string `json:"class" doc:"tag of the stanza"`
	ID    string `json:"id"`
	At    moment `json:"at"`
	Error string `json:"error,omitempty" doc:"the client refused the stanza"`
}

func viewDevice(d *simulator.Device) device {
	i := d.Info()
	view := device{JID: i.JID.String(), LID: i.LID.String(), Phone: i.Phone, Connected: i.Connected, Active: i.Active, Held: i.Held,
		LinkedAt: at(i.LinkedAt), LastLoginAt: at(i.LastLoginAt), Logins: i.Logins, PreKeys: i.PreKeys, Unacked: i.Unacked,
		OldestUnackedAt: at(i.OldestUnackedAt)}
	if i.LastAck != nil {
		view.LastAck = &ack{Class: i.LastAck.Class, ID: i.LastAck.ID, At: at(i.LastAck.At), Error: i.LastAck.Error}
	}
	return view
}

type devicesReply struct {
	Devices []device `json:"devices"`
}

func listDevices(_ context.Context, c *call) (devicesReply, error) {
	reply := devicesReply{Devices: []device{}}
	for _, d := range c.sim.Devices() {
		reply.Devices = append(reply.Devices, viewDevice(d))
	}
	return reply, nil
}

func getDevice(_ context.Context, c *call) (device, error) {
	d, err := c.device()
	if err != nil {
		return device{}, err
	}
	return viewDevice(d), nil
}

type unackedReply struct {
	Stanzas []unackedStanza `json:"stanzas"`
}

type unackedStanza struct {
	Tag         string `json:"tag"`
	ID          string `json:"id"`
	From        string `json:"from"`
	QueuedAt    moment `json:"queued_at"`
	FirstSentAt moment `json:"first_sent_at,omitempty" doc:"missing: not sent yet"`
	Tries       int    `json:"tries"`
}

func unacked(_ context.Context, c *call) (unackedReply, error) {
	d, err := c.device()
	if err != nil {
		return unackedReply{}, err
	}
	reply := unackedReply{Stanzas: []unackedStanza{}}
	for _, st := range d.Unacked() {
		reply.Stanzas = append(reply.Stanzas, unackedStanza{Tag: st.Tag, ID: st.ID, From: st.From.String(), QueuedAt: at(st.QueuedAt),
			FirstSentAt: at(st.FirstSentAt), Tries: st.Tries})
	}
	return reply, nil
}
