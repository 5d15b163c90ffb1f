package media_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"wapost/internal/event"
	"wapost/internal/fault"
	"wapost/internal/media"
	"wapost/internal/session"
)

// uploads is the answer of a phone that has put the file of an id to a new place.
func uploads(id, path string) session.PhoneAnswer {
	return session.PhoneAnswer{MessageID: "M-" + id, Ciphertext: []byte(path), IV: []byte("key of " + id)}
}

func TestAFileThatWhatsAppHasLostComesFromThePhone(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		want := r.arrive("med_1", 500)
		r.lines.lose("/med_1")
		r.lines.put("/new", want)
		r.lines.answers, r.lines.word = true, uploads("med_1", "/new")
		r.gets("med_1", want)
		if !slices.Equal(r.lines.asked, []string{"M-med_1"}) || r.told() != "media.ready med_1" {
			t.Errorf("asked %v; told %s", r.lines.asked, r.told())
		}
		if rec := r.record("med_1"); rec.DirectPath != "/new" || !rec.AskedAt.IsZero() {
			t.Errorf("record: %+v", rec)
		}
	})
}

func TestAFileThatNobodyHasIsGone(t *testing.T) {
	for name, c := range map[string]struct {
		word session.PhoneAnswer
		told string
	}{
		"the phone has it not":           {session.PhoneAnswer{Code: 2}, "media.failed med_1 not_on_phone"},
		"what it uploaded is lost again": {uploads("med_1", "/nowhere"), "media.failed med_1 gone"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *rig) {
				r.arrive("med_1", 500)
				r.lines.lose("/med_1")
				r.lines.answers, r.lines.word = true, c.word
				for range 2 {
					if _, err := r.get("med_1"); !fault.Is(err, fault.Gone) {
						t.Errorf("answered %v", err)
					}
				}
				time.Sleep(5 * time.Minute) // and nothing more comes by itself
				synctest.Wait()
				if len(r.lines.asked) != 1 || r.told() != c.told || r.record("med_1").State != media.Gone {
					t.Errorf("asked %v; told %s; %+v", r.lines.asked, r.told(), r.record("med_1"))
				}
			})
		})
	}
}

// Files of newsletters are not encrypted: no phone has them.
func TestNoPhoneIsAskedForAFileWithoutKey(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.arrive("med_1", 500, func(f *event.Attachment) { f.Key = nil })
		r.lines.lose("/med_1")
		if _, err := r.get("med_1"); !fault.Is(err, fault.Gone) || len(r.lines.asked) != 0 || r.told() != "media.failed med_1 gone" {
			t.Errorf("%v; asked %v; told %s", err, r.lines.asked, r.told())
		}
	})
}

func TestAPhoneThatAnswersLateIsHeard(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		want := r.arrive("med_1", 500)
		r.lines.lose("/med_1")
		for range 2 { // the second one asks nobody: the phone owes an answer
			start := time.Now()
			if _, err := r.get("med_1"); !fault.Is(err, fault.GatewayTimeout) || time.Since(start) > 40*time.Second {
				t.Errorf("answered %v after %v", err, time.Since(start))
			}
		}
		if len(r.lines.asked) != 1 || r.lines.count() != 1 {
			t.Errorf("asked %v, %d downloads", r.lines.asked, r.lines.count())
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if r.told() != "media.failed med_1 phone_offline" {
			t.Fatalf("told %q", r.told())
		}
		r.lines.put("/new", want)
		r.must(r.a.PhoneAnswered(t.Context(), device, uploads("med_1", "/new")))
		synctest.Wait()
		if r.told() != "media.failed med_1 phone_offline, media.ready med_1" {
			t.Errorf("told %s", r.told())
		}
		r.gets("med_1", want)
	})
}

func TestAPhoneThatCannotBeAskedOwesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.arrive("med_1", 500)
		r.lines.lose("/med_1")
		r.lines.refuse = fault.New(fault.Conflict, "Device is not connected to WhatsApp (state: connecting)")
		if _, err := r.get("med_1"); !fault.Is(err, fault.Conflict) || !r.record("med_1").AskedAt.IsZero() {
			t.Errorf("%v; %+v", err, r.record("med_1"))
		}
	})
}

func TestAPhoneIsAskedOnRequest(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		want, ctx := r.arrive("med_1", 500), t.Context()
		r.refused(r.a.Ask(ctx, scope, nil, nil, "M-none"), fault.NotFound)
		r.refused(r.a.Ask(ctx, scope, []string{"1@lid"}, nil, "M-med_1"), fault.NotFound)
		r.refused(r.a.Ask(ctx, scope, nil, []string{"1@lid"}, "M-med_1"), fault.NotFound)
		r.refused(r.a.Ask(ctx, media.Scope{AccountID: 2}, nil, nil, "M-med_1"), fault.NotFound)
		r.lines.put("/new", want)
		r.lines.answers, r.lines.word = true, uploads("med_1", "/new")
		r.must(r.a.Ask(ctx, scope, []string{"491@s.whatsapp.net"}, []string{"491@s.whatsapp.net"}, "M-med_1"))
		synctest.Wait()
		if r.told() != "media.ready med_1" {
			t.Errorf("told %s", r.told())
		}
		r.refused(r.a.Ask(ctx, scope, nil, nil, "M-med_1"), fault.Conflict)
	})
}

func (r *rig) refused(err error, kind fault.Kind) {
	r.Helper()
	if !fault.Is(err, kind) {
		r.Errorf("error %v, want kind %d", err, kind)
	}
}

// Words that nobody asked for change nothing, but a new place is always welcome.
func TestWordsOfThePhoneAreTakenWithCare(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		want, ctx := r.arrive("med_1", 500), t.Context()
		r.must(r.a.PhoneAnswered(ctx, device, session.PhoneAnswer{MessageID: "M-med_1", Code: 2}))
		r.must(r.a.PhoneAnswered(ctx, device, session.PhoneAnswer{MessageID: "M-med_1", Ciphertext: []byte("/evil"), IV: []byte("another key")}))
		r.must(r.a.PhoneAnswered(ctx, device, uploads("med_none", "/x")))
		r.must(r.a.PhoneAnswered(ctx, "another device", uploads("med_1", "/x")))
		if rec := r.record("med_1"); rec.State != media.Remote || rec.DirectPath != "/med_1" || r.told() != "" {
			t.Errorf("record %+v; told %s", rec, r.told())
		}
		r.gets("med_1", want)
		r.must(r.a.PhoneAnswered(ctx, device, uploads("med_1", "/x")))
		r.gets("med_1", want)
		if r.lines.count() != 1 {
			t.Error("a stored file was fetched again")
		}
	})
}
