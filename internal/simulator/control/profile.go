package control

import (
	"context"

	"wapost/internal/simulator"
)

// faceBody is a profile picture.
type faceBody struct {
	Data []byte `json:"data,omitempty" doc:"JPEG; empty removes the picture"`
}

// statusBody says who sees status updates.
type statusBody struct {
	Type string   `json:"type" enum:"contacts,blacklist,whitelist" doc:"all contacts, contacts but for the list, the list alone"`
	List []string `json:"list,omitempty" doc:"phones"`
}

// privacyBody changes the given settings.
type privacyBody struct {
	GroupAdd     string `json:"group_add,omitempty" enum:"all,contacts,contact_blacklist,none"`
	LastSeen     string `json:"last_seen,omitempty" enum:"all,contacts,contact_blacklist,none"`
	About        string `json:"about,omitempty" enum:"all,contacts,contact_blacklist,none"`
	Picture      string `json:"picture,omitempty" enum:"all,contacts,contact_blacklist,none"`
	ReadReceipts string `json:"read_receipts,omitempty" enum:"all,none"`
	Online       string `json:"online,omitempty" enum:"all,match_last_seen"`
	CallAdd      string `json:"call_add,omitempty" enum:"all,known"`
	Messages     string `json:"messages,omitempty" enum:"all,contacts"`
	Defense      string `json:"defense,omitempty" enum:"off,on_standard"`
	Stickers     string `json:"stickers,omitempty" enum:"contacts,contact_allowlist,none"`
}

// privacyView is all settings.
type privacyView struct {
	GroupAdd     string `json:"group_add"`
	LastSeen     string `json:"last_seen"`
	About        string `json:"about"`
	Picture      string `json:"picture"`
	ReadReceipts string `json:"read_receipts"`
	Online       string `json:"online"`
	CallAdd      string `json:"call_add"`
	Messages     string `json:"messages"`
	Defense      string `json:"defense"`
	Stickers     string `json:"stickers"`
}

// settings are the given ones, by WhatsApp's names.
func (b *privacyBody) settings() map[string]string {
	if b == nil {
		return nil
	}
	given := map[string]string{}
	for name, value := range map[string]string{
		simulator.PrivacyGroupAdd: b.GroupAdd, simulator.PrivacyLastSeen: b.LastSeen, simulator.PrivacyAbout: b.About,
		simulator.PrivacyPicture: b.Picture, simulator.PrivacyReadReceipts: b.ReadReceipts, simulator.PrivacyOnline: b.Online,
		simulator.PrivacyCallAdd: b.CallAdd, simulator.PrivacyMessages: b.Messages, simulator.PrivacyDefense: b.Defense,
		simulator.PrivacyStickers: b.Stickers,
	} {
		if value != "" {
			given[name] = value
		}
	}
	return given
}

func viewPrivacy(s map[string]string) privacyView {
	return privacyView{GroupAdd: s[simulator.PrivacyGroupAdd], LastSeen: s[simulator.PrivacyLastSeen], About: s[simulator.PrivacyAbout],
		Picture: s[simulator.PrivacyPicture], ReadReceipts: s[simulator.PrivacyReadReceipts], Online: s[simulator.PrivacyOnline],
		CallAdd: s[simulator.PrivacyCallAdd], Messages: s[simulator.PrivacyMessages], Defense: s[simulator.PrivacyDefense],
		Stickers: s[simulator.PrivacyStickers]}
}

type tokenBody struct {
	To string `json:"to" doc:"phone or LID of a linked number"`
}

func issueToken(_ context.Context, c *call, b *tokenBody) (queuedReply, error) {
	p, err := c.person()
	if err != nil {
		return queuedReply{}, err
	}
	queued, err := p.IssueToken(b.To)
	return queuedReply{Queued: queued}, err
}
