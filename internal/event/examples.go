package event

import "time"

// Example returns the envelope of an example of a type; nil for a type that is not in the catalogue.
func Example(t Type) []byte {
	if r := Sample(t, exampleID, exampleTime); r != nil {
		return r.Body
	}
	return nil
}

// Sample returns the example of a type as an event of its own; nil for a type that is not in the catalogue.
func Sample(t Type, id string, at time.Time) *Recorded {
	data := example(t)
	if data == nil {
		return nil
	}
	e := New(t)
	e.ID, e.At, e.DeviceID, e.Data = id, at, "5f0c8a52-6d1e-4b7a-9c31-2e8f4a6b7d90", data
	e.Account = &Account{JID: Text(annaJID), LID: Text("99000000000001@lid"), Phone: Text("+4915550001111")}
	sequence := int64(1042)
	if entry, _ := Lookup(t); entry.Scope == PerAccount {
		e.DeviceID, e.Account, sequence = "", nil, 0
	} else if e.Class == BestEffort {
		sequence = 0
	}
	sealed, err := e.Seal()
	if err != nil {
		panic(err) // the tests render every example
	}
	return &Recorded{ID: id, Type: t, Class: e.Class, DeviceID: e.DeviceID, At: at, Sequence: sequence, Body: sealed.Body(sequence)}
}

// AsTest turns the body of an event into that of a test: its data says that it is no real event.
func AsTest(body []byte) []byte { return withPart(body, []byte(`"example":true`)) }

var exampleTime = time.Date(2025, 12, 17, 10, 30, 0, 412e6, time.UTC)

const (
	exampleID = "evt_019b2bdc-0ddc-7c3a-9f5e-2d4b6a8c0e1f"
	annaJID   = "4915550001111@s.whatsapp.net"
	messageID = "3EB0C431C26A1916E07A"
	qrCode    = "2@wG5yqx0uJ0vXg3T1,8k0n6bq3s2Jd,kH0mU1vKq9aZ,p7sNfZ0cVb2e"
)

// example returns a filled payload of a type. It is what the schema of the type is made from.
func example(t Type) any {
	for _, family := range []func(Type) any{exampleOfMessages, exampleOfHistory, exampleOfActs, exampleOfReceipts, exampleOfMedia, exampleOfPairing, exampleOfConnection, exampleOfOthers,
		exampleOfCalls, exampleOfGroups, exampleOfChats, exampleOfAppState, exampleOfPeople, exampleOfAccount, exampleOfNewsletters, exampleOfWebhooks} {
		if data := family(t); data != nil {
			return data
		}
	}
	return nil
}
