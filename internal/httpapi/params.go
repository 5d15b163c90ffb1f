package httpapi

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"wapost/internal/fault"
)

// param is a type of parameters that reads itself. Errors: fault.Invalid.
type param interface{ setParam(text string) error }

// readParams fills the fields that are tagged path or query. A parameter that is absent or empty leaves the default of its
// tag. Errors: fault.Invalid.
func readParams(r *http.Request, into any) error {
	query := r.URL.Query()
	v := reflect.ValueOf(into).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, text := paramText(r, query, f)
		if name == "" || text == "" {
			continue
		}
		if err := setParam(name, text, f, v.FieldByIndex(f.Index)); err != nil {
			return err
		}
	}
	return nil
}

func paramText(r *http.Request, query url.Values, f reflect.StructField) (name, text string) {
	if name = f.Tag.Get("path"); name != "" {
		return name, r.PathValue(name)
	}
	if name = f.Tag.Get("query"); name == "" {
		return "", ""
	}
	if text = query.Get(name); text == "" {
		text = f.Tag.Get("default")
	}
	return name, text
}

func setParam(name, text string, f reflect.StructField, v reflect.Value) error {
	if own, ok := v.Addr().Interface().(param); ok {
		return own.setParam(text)
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if v.Type() == reflect.TypeFor[time.Time]() {
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return fault.New(fault.Invalid, "%s must be an RFC 3339 time", name)
		}
		v.Set(reflect.ValueOf(t))
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
		return inEnum(name, text, f.Tag.Get("enum"))
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fault.New(fault.Invalid, "%s must be true or false", name)
		}
		v.SetBool(b)
	case reflect.Int:
		return setInt(name, text, f, v)
	default:
		panic("httpapi: no rule for a parameter of type " + v.Type().String())
	}
	return nil
}

func setInt(name, text string, f reflect.StructField, v reflect.Value) error {
	n, err := strconv.Atoi(text)
	least, _ := strconv.Atoi(f.Tag.Get("minimum")) // tags are checked when the document is made
	most, _ := strconv.Atoi(f.Tag.Get("maximum"))
	if err != nil || n < least || n > most {
		return fault.New(fault.Invalid, "%s must be an integer between %d and %d", name, least, most)
	}
	v.SetInt(int64(n))
	return nil
}

// pageParams are the query parameters of lists.
type pageParams struct {
	Limit int    `query:"limit" default:"50" minimum:"1" maximum:"200" doc:"Entries per page"`
	After string `query:"after" doc:"Cursor: page.next of the page before"`
}

// number reads the positive integer that names something.
func number(text, noun string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || text[0] == '+' {
		return 0, fault.New(fault.Invalid, "%s must be a positive integer", noun)
	}
	return n, nil
}

// cursor reads page.next of a list that is paged by id.
func cursor(after string) (int64, error) {
	if after == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(after, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.New(fault.Invalid, "after is not a cursor of this list")
	}
	return n, nil
}

// separated reads a comma list.
func separated(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// seconds turns a parameter into a duration.
func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// inEnum checks a value against the tag enum:"a,b".
func inEnum(name, text, enum string) error {
	if enum == "" {
		return nil
	}
	values := strings.Split(enum, ",")
	if slices.Contains(values, text) {
		return nil
	}
	return fault.New(fault.Invalid, "%s must be one of %s", name, strings.Join(values, ", "))
}
