package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"testing"
	"time"
)

func TestEveryTypeHasASchemaThatItsExampleObeys(t *testing.T) {
	for _, entry := range Catalogue() {
		t.Run(string(entry.Type), func(t *testing.T) {
			example, schema := Example(entry.Type), Schema(entry.Type)
			if example == nil || schema == nil {
				t.Fatalf("no example or no schema")
			}
			for _, err := range violations(plainJSON(t, schema), plainJSON(t, json.RawMessage(example)), "$") {
				t.Error(err)
			}
			for _, part := range [][]byte{AsTest(example), withRaw(example, []byte(`{"library":"x","type":"y","json":{}}`))} {
				for _, err := range violations(plainJSON(t, schema), plainJSON(t, json.RawMessage(part)), "$") {
					t.Errorf("with an optional part: %s", err)
				}
			}
		})
	}
}

// The validator below must find what is wrong, else the test above says nothing.
func TestSchemaRefusesWhatIsNoEvent(t *testing.T) {
	schema, good := plainJSON(t, Schema(MessageReceived)), string(Example(MessageReceived))
	for name, change := range map[string][2]string{
		"another type":         {`"message.received"`, `"message.sent"`},
		"a number for text":    {`"text":"See`, `"text":1,"x":"See`},
		"a member is missing":  {`"retry_count":0`, `"other":0`},
		"a time without zone":  {`10:30:00.412Z`, `10:30:00.412`},
		"null for a list":      {`"group_mentions":[]`, `"group_mentions":null`},
		"wrong list entry":     {`"group_mentions":[]`, `"group_mentions":[{"jid":1,"name":""}]`},
		"a fraction":           {`"sequence":1042`, `"sequence":1.5`},
		"sequence begins at 1": {`"sequence":1042`, `"sequence":0`},
		"a foreign id":         {`"evt_019b2bdc`, `"msg_019b2bdc`},
	} {
		bad := bytes.Replace([]byte(good), []byte(change[0]), []byte(change[1]), 1)
		if string(bad) == good {
			t.Errorf("%s: %q is not in the example", name, change[0])
		}
		if len(violations(schema, plainJSON(t, json.RawMessage(bad)), "$")) == 0 {
			t.Errorf("%s: the schema allows it", name)
		}
	}
}

func TestUnknownTypeHasNeitherSchemaNorExample(t *testing.T) {
	if Schema("message.unheard_of") != nil || Example("message.unheard_of") != nil {
		t.Error("a type that is not in the catalogue is described")
	}
}

func plainJSON(t *testing.T, v any) (out any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return out
}

// violations checks a value by the keywords that our schemas use. Members that no schema describes are violations too: an
// example must not show more than is documented.
func violations(schema, value any, path string) (wrong []string) {
	s := schema.(map[string]any)
	if c, ok := s["const"]; ok && c != value {
		wrong = append(wrong, fmt.Sprintf("%s is %v, not %v", path, value, c))
	}
	if types := s["type"]; types != nil && !hasType(types, value) {
		return append(wrong, fmt.Sprintf("%s is %v, not of type %v", path, value, types))
	}
	switch v := value.(type) {
	case string:
		if p, ok := s["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(v) {
			wrong = append(wrong, fmt.Sprintf("%s is %q, not like %s", path, v, p))
		}
		if _, err := time.Parse(time.RFC3339, v); s["format"] == "date-time" && err != nil {
			wrong = append(wrong, fmt.Sprintf("%s is no time: %q", path, v))
		}
	case float64:
		if least, ok := s["minimum"].(float64); ok && v < least {
			wrong = append(wrong, fmt.Sprintf("%s is %v, less than %v", path, v, least))
		}
	case []any:
		for i, e := range v {
			wrong = append(wrong, violations(s["items"], e, fmt.Sprintf("%s[%d]", path, i))...)
		}
	case map[string]any:
		wrong = append(wrong, memberViolations(s, v, path)...)
	}
	return wrong
}

func memberViolations(s map[string]any, value map[string]any, path string) (wrong []string) {
	members, described := s["properties"].(map[string]any)
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, ok := value[name.(string)]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s has no %s", path, name))
		}
	}
	for name, v := range value {
		if m, ok := members[name]; ok {
			wrong = append(wrong, violations(m, v, path+"."+name)...)
		} else if other, ok := s["additionalProperties"].(map[string]any); ok {
			wrong = append(wrong, violations(other, v, path+"."+name)...)
		} else if described {
			wrong = append(wrong, fmt.Sprintf("%s.%s is not described", path, name))
		}
	}
	return wrong
}

func hasType(types, value any) bool {
	if list, ok := types.([]any); ok {
		return slices.ContainsFunc(list, func(t any) bool { return hasType(t, value) })
	}
	switch v := value.(type) {
	case nil:
		return types == "null"
	case string:
		return types == "string"
	case bool:
		return types == "boolean"
	case float64:
		return types == "number" || types == "integer" && v == math.Trunc(v)
	case []any:
		return types == "array"
	}
	return types == "object"
}
