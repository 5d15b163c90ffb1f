package control

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"wapost/internal/simulator"
)

// object is a JSON object of the API document.
type object = map[string]any

// document describes the routes as OpenAPI 3.1. It is made of the structs that the handlers decode and encode.
func document(routes []route, version string) object {
	schemas := schemaSet{}
	paths := map[string]object{}
	for _, r := range routes {
		if paths[r.path] == nil {
			paths[r.path] = object{}
		}
		paths[r.path][strings.ToLower(r.method)] = operation(r, schemas)
	}
	return object{
		"openapi": "3.1.0",
		"info": object{"title": "wapost simulator control API", "version": version,
			"description": "Drives a simulated WhatsApp. No login; loopback only. Unknown fields and parameters are errors."},
		"paths":      paths,
		"components": object{"schemas": schemas},
	}
}

func operation(r route, schemas schemaSet) object {
	responses := object{}
	for _, status := range r.status {
		responses[strconv.Itoa(status)] = object{"description": http.StatusText(status), "content": replyContent(r.reply, schemas)}
	}
	for status, codes := range failures(r) {
		responses[strconv.Itoa(status)] = object{"description": strings.Join(codes, ", "),
			"content": object{"application/json": object{"schema": schemas.of(reflect.TypeFor[errorReply]())}}}
	}
	op := object{"operationId": r.name, "summary": r.summary, "responses": responses}
	if parameters := r.parameters(); len(parameters) > 0 {
		op["parameters"] = parameters
	}
	if r.body != reflect.TypeFor[nothing]() {
		op["requestBody"] = object{"content": object{"application/json": object{"schema": schemas.of(r.body)}}}
	}
	return op
}

func replyContent(t reflect.Type, schemas schemaSet) object {
	if t == reflect.TypeFor[blob]() {
		return object{"application/octet-stream": object{}}
	}
	return object{"application/json": object{"schema": schemas.of(t)}}
}

// failures lists the codes by status: those of the route, and those that every call can have.
func failures(r route) map[int][]string {
	byStatus := map[int][]string{}
	every := []simulator.Code{simulator.CodeInvalid, codeForbiddenOrigin, codeMediaType, codeTooLarge, simulator.CodeNotLoopback, codeInternal}
	for _, code := range slices.Concat(every, r.codes) {
		byStatus[statusOf(code)] = append(byStatus[statusOf(code)], string(code))
	}
	return byStatus
}

func (r route) parameters() []object {
	var list []object
	for _, part := range strings.Split(r.path, "/") {
		if name := strings.Trim(part, "{}"); name != part {
			list = append(list, object{"name": name, "in": "path", "required": true, "schema": object{"type": "string"}, "description": pathDoc(name)})
		}
	}
	for _, p := range r.query {
		list = append(list, object{"name": p.name, "in": "query", "schema": p.schema(), "description": p.doc})
	}
	return list
}

func pathDoc(name string) string {
	switch name {
	case "phone":
		return "phone, LID or JID of a person"
	case "device":
		return "phone:n, or the JID or LID of a linked device"
	case "group":
		return "id, with or without @g.us"
	case "number":
		return "number of a simulated second device"
	case "newsletter":
		return "id, with or without @newsletter"
	case "seq":
		return "number of an inbox entry"
	}
	panic(fmt.Sprintf("path parameter %q has no description", name))
}

func (p parameter) schema() object {
	switch p.kind {
	case "number":
		return object{"type": "integer"}
	case "flag":
		return object{"type": "boolean"}
	}
	return object{"type": "string"}
}
