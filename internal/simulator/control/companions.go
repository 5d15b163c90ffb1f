package control

import (
	"context"
	"net/http"
	"strconv"

	"wapost/internal/simulator"
)

func companionRoutes() []route {
	return []route{
		post("/users/{phone}/companions", "addCompanion", "Link a simulated second device, such as a computer.", addCompanion).answers(http.StatusCreated).
			fails(simulator.CodeUnknownPerson),
		change(http.MethodDelete, "/users/{phone}/companions/{number}", "removeCompanion", "Unlink a simulated second device.", removeCompanion).
			fails(simulator.CodeUnknownPerson, simulator.CodeUnknownDevice),
	}
}

type companionReply struct {
	Number int    `json:"number"`
	LID    string `json:"lid" doc:"JID of the device"`
}

func addCompanion(_ context.Context, c *call, _ *nothing) (companionReply, error) {
	p, err := c.person()
	if err != nil {
		return companionReply{}, err
	}
	number, err := p.AddCompanion()
	if err != nil {
		return companionReply{}, err
	}
	_, lid := p.JIDs()
	lid.Device = number
	return companionReply{Number: int(number), LID: lid.String()}, nil
}

func removeCompanion(_ context.Context, c *call, _ *nothing) (user, error) {
	p, err := c.person()
	if err != nil {
		return user{}, err
	}
	number, err := strconv.ParseUint(c.request.PathValue("number"), 10, 16)
	if err != nil {
		return user{}, failure(simulator.CodeUnknownDevice, "%q is no number of a device", c.request.PathValue("number"))
	}
	if err := p.RemoveCompanion(uint16(number)); err != nil {
		return user{}, err
	}
	return viewUser(p), nil
}
