package store_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"wapost/internal/event"
	"wapost/internal/store"
	"wapost/internal/store/storetest"
)

// BenchmarkAppend measures what keeping messages costs beside the event: run it with -cpuprofile, or compare the two.
func BenchmarkAppend(b *testing.B) {
	for _, keep := range []bool{false, true} {
		b.Run(fmt.Sprintf("keep=%v", keep), func(b *testing.B) {
			db, err := store.Open(b.Context(), store.Options{Path: filepath.Join(b.TempDir(), "w.db"), Vault: storetest.Vault(b), NoMessages: !keep})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = db.Close() })
			storetest.Start(b, db)
			appendMany(b, db)
		})
	}
}

const benchDevice = "00000000-0000-0000-0000-00000000000a"

func appendMany(b *testing.B, db *store.DB) {
	err := db.Write(b.Context(), "device", storetest.OneDevice(benchDevice))
	if err != nil {
		b.Fatal(err)
	}
	sealed := make([]*event.Sealed, b.N)
	for i := range sealed {
		key := fmt.Sprintf("990000000%05d@lid", i%500)
		no, text := false, "hello there, this is a message of middling length"
		e := event.New(event.MessageReceived)
		e.At, e.AccountID, e.DeviceID, e.Key, e.SourceKey = time.Now(), 1, benchDevice, benchDevice+"|c|"+key, fmt.Sprintf("m|%d", i)
		e.Data = event.Message{MessageID: fmt.Sprintf("3EB0%018X", i*7919), Chat: event.Chat{JID: key, Kind: event.DirectChat}, Sender: event.Person{JID: key, LID: &key},
			FromMe: &no, Kind: event.KindText, Text: &text, SentAt: event.TimeOf(e.At)}
		if sealed[i], err = e.Seal(); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	work := make(chan *event.Sealed)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for e := range work {
				if err := db.Events().Append(b.Context(), e); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for _, e := range sealed {
		work <- e
	}
	close(work)
	wg.Wait()
}
