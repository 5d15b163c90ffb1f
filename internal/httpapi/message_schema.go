package httpapi

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// replyObject is the object form of replyTo, for its schema.
type replyObject replyTo

// Schema implements huma.SchemaProvider: a message id or an object.
func (*replyTo) Schema(r huma.Registry) *huma.Schema {
	id := &huma.Schema{Type: huma.TypeString}
	object := r.Schema(reflect.TypeFor[replyObject](), true, "")
	return &huma.Schema{OneOf: []*huma.Schema{id, object}, Description: "The message that is quoted: its id, or an object when we may not know it"}
}

// Schema implements huma.SchemaProvider.
func (*ephemeral) Schema(huma.Registry) *huma.Schema {
	least := 0.0
	return &huma.Schema{Description: "The chat's timer, or one of its own", OneOf: []*huma.Schema{
		{Type: huma.TypeString, Enum: []any{"inherit"}}, {Type: huma.TypeInteger, Minimum: &least},
	}}
}
