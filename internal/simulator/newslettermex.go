package simulator

import (
	"encoding/json"
	"strconv"
	"strings"

	"go.mau.fi/whatsmeow/types"
)

// Ids of the newsletter queries, in the sets of the web and of the desktop app. The desktop app has one id for two of them,
// which are told apart by their variables.
const (
	queryNewsletter         = "6563316087068696"
	queryNewsletterDesktop  = "9779843322044422"
	querySubscribed         = "6388546374527196"
	querySubscribedOrFollow = "8621797084555037"
	mutationMute            = "6274038279359549"
	mutationMuteDesktop     = "5971669009605755"
	mutationUnmute          = "6068417879924485"
	mutationUnmuteDesktop   = "6104029483058502"
	mutationUpdate          = "7150902998257522"
	mutationUpdateDesktop   = "7839742399440946"
	mutationCreate          = "6234210096708695"
	mutationCreateDesktop   = "27527996220149684"
	mutationUnfollow        = "6392786840836363"
	mutationUnfollowDesktop = "8782612271820087"
	mutationFollow          = "9926858900719341"
)

// letterVariables are the variables of all newsletter queries together.
type letterVariables struct {
	NewsletterID string `json:"newsletter_id"`
	Input        struct{ Key, Type string }
	Create       struct{ Name, Description string } `json:"newsletter_input"`
	Updates      struct{ Name, Description *string }
}

// answerLetters answers a JSON query about newsletters; nil data = not found, false = the simulator does not know the query.
func (d *Device) answerLetters(id string, variables json.RawMessage) (data any, ok bool) {
	var v letterVariables
	if json.Unmarshal(variables, &v) != nil {
		return nil, true
	}
	l, err := d.srv.Newsletter(v.NewsletterID)
	switch id {
	case queryNewsletter, queryNewsletterDesktop:
		return d.letterOf(v.Input.Type, v.Input.Key), true
	case querySubscribed:
		return d.subscriptions(), true
	case querySubscribedOrFollow:
		if v.NewsletterID == "" {
			return d.subscriptions(), true
		}
	case mutationCreate, mutationCreateDesktop:
		if checkSubject(v.Create.Name) != nil {
			return nil, true
		}
		made := d.srv.newNewsletter(NewsletterSpec{Name: v.Create.Name, Description: v.Create.Description}, d.person)
		return map[string]any{"xwa2_newsletter_create": made.metadata(d.person)}, true
	case mutationMute, mutationMuteDesktop, mutationUnmute, mutationUnmuteDesktop, mutationUpdate, mutationUpdateDesktop,
		mutationUnfollow, mutationUnfollowDesktop, mutationFollow:
	default:
		return nil, false
	}
	if err != nil {
		return nil, true
	}
	return d.changeLetter(id, l, &v), true
}

// changeLetter does what a client asks of one newsletter.
func (d *Device) changeLetter(id string, l *Newsletter, v *letterVariables) any {
	name := "xwa2_newsletter_update"
	switch id {
	case mutationMute, mutationMuteDesktop:
		l.mute(d.person, true, d)
	case mutationUnmute, mutationUnmuteDesktop:
		l.mute(d.person, false, d)
	case mutationUpdate, mutationUpdateDesktop:
		if role := l.role(d.person); role != LetterOwner && role != LetterAdmin {
			return nil
		}
		l.mu.Lock()
		assign(&l.name, v.Updates.Name)
		assign(&l.description, v.Updates.Description)
		l.mu.Unlock()
	case mutationUnfollow, mutationUnfollowDesktop:
		l.unfollow(d.person, d)
		name = "xwa2_newsletter_leave_v2"
	case mutationFollow, querySubscribedOrFollow:
		l.follow(d.person, d)
		name = "xwa2_newsletter_join_v2"
	}
	return map[string]any{name: l.metadata(d.person)}
}

// letterOf finds a newsletter by its id or by the code of its link.
func (d *Device) letterOf(kind, key string) any {
	for _, l := range d.srv.Newsletters() {
		if kind == "INVITE" && l.invite == key || kind == "JID" && l.jid.String() == key {
			return map[string]any{"xwa2_newsletter": l.metadata(d.person)}
		}
	}
	return nil
}

func (d *Device) subscriptions() any {
	list := []any{}
	for _, l := range d.srv.Newsletters() {
		if l.role(d.person) != LetterGuest {
			list = append(list, l.metadata(d.person))
		}
	}
	return map[string]any{"xwa2_newsletter_subscribed": list}
}

// metadata is a newsletter as one person sees it.
func (l *Newsletter) metadata(viewer *Person) any {
	l.mu.Lock()
	defer l.mu.Unlock()
	verification := "UNVERIFIED"
	if l.verified {
		verification = "VERIFIED"
	}
	text := func(s string) any {
		return map[string]any{"id": strconv.FormatInt(l.created.UnixMicro(), 10), "text": s, "update_time": strconv.FormatInt(l.created.UnixMicro(), 10)}
	}
	muted := false
	if f := l.followers[viewer]; f != nil {
		muted = f.muted
	}
	return map[string]any{
		"id": l.jid.String(), "state": map[string]any{"type": "ACTIVE"},
		"thread_metadata": map[string]any{"creation_time": strconv.FormatInt(l.created.Unix(), 10), "invite": l.invite, "name": text(l.name),
			"description": text(l.description), "subscribers_count": strconv.Itoa(len(l.followers)), "verification": verification,
			"preview": map[string]any{"type": "PREVIEW", "direct_path": ""}, "settings": map[string]any{"reaction_codes": map[string]any{"value": "all"}}},
		"viewer_metadata": map[string]any{"mute": muteState(muted), "role": strings.ToUpper(l.roleLocked(viewer))},
	}
}

func muteState(muted bool) string {
	if muted {
		return "ON"
	}
	return "OFF"
}

// tellMex queues a JSON notification for the account's devices, but not for the one that made the change.
func (p *Person) tellMex(by *Device, operation string, data map[string]any) {
	raw, err := json.Marshal(map[string]any{"data": data})
	if err != nil {
		p.srv.log.Error("simulator cannot encode a notification", "reason", err)
		return
	}
	update := element("update", attrs{"op_name": operation})
	update.Content = raw
	for _, d := range p.Devices() {
		if d != by {
			d.enqueue(element("notification", attrs{"from": types.ServerJID, "type": "mex", "id": p.srv.nextID(), "t": now()}, update))
		}
	}
}
