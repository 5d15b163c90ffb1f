package simulator

import (
	"encoding/json"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// setAbout changes the about text and tells who may see it.
func (p *Person) setAbout(text string) {
	p.mu.Lock()
	changed := p.about != text
	p.about = text
	p.mu.Unlock()
	if changed {
		p.tellWatchers(PrivacyAbout, "status", leaf("set", []byte(text)))
	}
}

// aboutInput is the variables of the query by which a client sets its about text.
type aboutInput struct {
	Input struct{ Text string }
}

// answerAbout sets the account's own about text.
func (d *Device) answerAbout(variables json.RawMessage) any {
	var v aboutInput
	if json.Unmarshal(variables, &v) != nil {
		return nil
	}
	d.person.setAbout(v.Input.Text)
	return map[string]any{"xwa2_user_update_text_status": map[string]any{"success": true}}
}

// mutationAbout is the id of the query that sets the about text.
const mutationAbout = "9152604461510864"

// answerMex handles the queries that are JSON inside of a node; false means that the simulator does not know the query.
func (d *Device) answerMex(child *waBinary.Node) (reply, bool) {
	var query struct{ Variables json.RawMessage }
	if json.Unmarshal(content(*child), &query) != nil {
		return queryError(400, "bad-request"), true
	}
	id := attrText(child, "query_id")
	if id == mutationAbout {
		return mexResult(d.answerAbout(query.Variables)), true
	}
	data, ok := d.answerLetters(id, query.Variables)
	if !ok {
		return reply{}, false
	}
	return mexResult(data), true
}

// mexResult is the answer to a JSON query; nil data is a failure as WhatsApp tells it.
func mexResult(data any) reply {
	body := map[string]any{"data": data}
	if data == nil {
		body["errors"] = []any{map[string]any{"message": "Not found", "extensions": map[string]any{"error_code": 404, "is_retryable": false, "severity": "CRITICAL"}}}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return queryError(500, "internal-server-error")
	}
	return result(leaf("result", raw))
}
