package httpapi

import (
	"net/http"
	"testing"

	"wapost/internal/event"
)

func TestCatalogueIsListedWithSchemaAndExample(t *testing.T) {
	r := newRig(t)
	_, key := r.account()
	var list []struct {
		Type, Title, Description, Durability, Ordering, Since string
		Version                                               int
		Schema, Example                                       map[string]any
	}
	r.call(key, "GET", "/event-types", nil).ok(http.StatusOK).data(&list)
	if len(list) != len(event.Catalogue()) {
		t.Errorf("%d types, want %d", len(list), len(event.Catalogue()))
	}
	for _, e := range list {
		if e.Title == "" || e.Description == "" || e.Durability == "" || e.Ordering == "" || e.Since == "" || e.Version != 1 {
			t.Errorf("%s: %+v", e.Type, e)
		}
		if e.Schema["$schema"] != "https://json-schema.org/draft/2020-12/schema" || e.Example["type"] != e.Type {
			t.Errorf("%s: schema %v, example %v", e.Type, e.Schema["$schema"], e.Example["type"])
		}
	}
	one := r.call(key, "GET", "/event-types/connection.qr", nil).ok(http.StatusOK)
	if one.get("explicit") != true || one.get("durability") != "best_effort" || one.get("ordering") != "device" {
		t.Errorf("connection.qr: %s", one.Body)
	}
	r.call(key, "GET", "/event-types/message.unheard", nil).wants(http.StatusNotFound, "No such event type")
}
