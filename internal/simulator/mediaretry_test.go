package simulator

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// lostFile has the client hold a message whose file the media host has lost.
func lostFile(t *testing.T, w *world, c *client, from *Person, to string, data []byte) *events.Message {
	t.Helper()
	d := send(t, from, Message{To: to, Media: &Media{Kind: MediaImage, Data: data, Gone: 410}})
	acked(t, d)
	m := await(t, c, func(m *events.Message) bool { return m.Info.ID == d.ID && m.Message.GetImageMessage() != nil })
	if _, err := c.Download(t.Context(), m.Message.GetImageMessage()); !errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith410) {
		t.Fatalf("download of a lost file: %v", err)
	}
	return m
}

// ask sends what an app sends when a file is lost, and returns what the phone answers.
func (c *client) ask(m *events.Message) (*events.MediaRetry, *waMmsRetry.MediaRetryNotification, error) {
	t := c.w.t
	t.Helper()
	mark := c.events.Next()
	if err := c.SendMediaRetryReceipt(t.Context(), &m.Info, m.Message.GetImageMessage().GetMediaKey()); err != nil {
		t.Fatal(err)
	}
	answer := awaitAfter(t, c, mark, func(e *events.MediaRetry) bool { return e.MessageID == m.Info.ID })
	n, err := whatsmeow.DecryptMediaRetryNotification(answer, m.Message.GetImageMessage().GetMediaKey())
	return answer, n, err
}

func TestAPhoneUploadsALostFileOnceMore(t *testing.T) {
	w := newWorld(t, Options{})
	owner, _, c := w.linked("4915100000001", "Owner", nil)
	anna := w.person("4915100000002", "Anna")
	g, err := w.s.CreateGroup(GroupSpec{Subject: "Choir", Owner: owner.Phone(), Participants: []string{anna.Phone()}})
	if err != nil {
		t.Fatal(err)
	}
	want := bytes.Repeat([]byte("picture "), 1000)
	for _, to := range []string{owner.Phone(), g.Info().ID} {
		m := lostFile(t, w, c, anna, to, want)
		answer, n, err := c.ask(m)
		if err != nil || n.GetResult() != waMmsRetry.MediaRetryNotification_SUCCESS || answer.ChatID != m.Info.Chat || answer.FromMe {
			t.Fatalf("to %s: %+v, %+v, %v", to, answer, n, err)
		}
		img := m.Message.GetImageMessage()
		img.DirectPath = n.DirectPath
		if got, err := c.Download(t.Context(), img); err != nil || !bytes.Equal(got, want) {
			t.Errorf("to %s: %d bytes from the new place, %v", to, len(got), err)
		}
	}
	until(t, func() bool { return len(owner.Devices()[0].Unacked()) == 0 })
	nothingUnhandled(t, w.s)
}

func TestWhatAPhoneAnswersCanBeSet(t *testing.T) {
	w := newWorld(t, Options{})
	owner, _, c := w.linked("4915100000001", "Owner", nil)
	m := lostFile(t, w, c, w.person("4915100000002", "Anna"), owner.Phone(), []byte("picture"))
	for answer, want := range map[string]waMmsRetry.MediaRetryNotification_ResultType{
		RetryNotFound: waMmsRetry.MediaRetryNotification_NOT_FOUND, RetryDecryption: waMmsRetry.MediaRetryNotification_DECRYPTION_ERROR,
		RetryGeneral: waMmsRetry.MediaRetryNotification_GENERAL_ERROR, RetryUpload: waMmsRetry.MediaRetryNotification_SUCCESS,
	} {
		faults(t, w.s, owner.Phone(), func(f *Faults) { f.MediaRetry = &MediaRetryFault{Answer: answer} })
		if _, n, err := c.ask(m); err != nil || n.GetResult() != want {
			t.Errorf("%s: %v, %v", answer, n.GetResult(), err)
		}
	}
	faults(t, w.s, "", func(f *Faults) { f.MediaRetry = &MediaRetryFault{Answer: RetryError} })
	if _, _, err := c.ask(m); !errors.Is(err, whatsmeow.ErrMediaNotAvailableOnPhone) {
		t.Errorf("an answer without content: %v", err)
	}
	if _, n, err := c.ask(m); err != nil || n.GetResult() != waMmsRetry.MediaRetryNotification_SUCCESS {
		t.Errorf("a fault for once: %v, %v", n.GetResult(), err)
	}
	faults(t, w.s, "", func(f *Faults) { f.MediaRetry = &MediaRetryFault{Answer: RetrySilence} })
	mark := c.events.Next()
	if err := c.SendMediaRetryReceipt(t.Context(), &m.Info, m.Message.GetImageMessage().GetMediaKey()); err != nil {
		t.Fatal(err)
	}
	c.ask(m) // the answer to the second one is the first that comes
	if n := len(c.events.Read(t.Context(), Query[any]{After: mark, Limit: 10, Keep: func(e *any) bool { _, is := (*e).(*events.MediaRetry); return is }}).Entries); n != 1 {
		t.Errorf("%d answers", n)
	}
	if _, err := w.s.ChangeFaults("", func(f *Faults) error { f.MediaRetry = &MediaRetryFault{Answer: "perhaps"}; return nil }); err == nil {
		t.Error("an answer that does not exist was taken")
	}
}

// Whoever does not have the key of the file gets nothing; a message that the phone does not know has no file.
func TestAPhoneAnswersOnlyWhoHasTheKey(t *testing.T) {
	w := newWorld(t, Options{})
	owner, _, c := w.linked("4915100000001", "Owner", nil)
	m := lostFile(t, w, c, w.person("4915100000002", "Anna"), owner.Phone(), []byte("picture"))
	for name, change := range map[string]func(*events.Message){
		"another key":        func(m *events.Message) { m.Message.GetImageMessage().MediaKey = bytes.Repeat([]byte{1}, 32) },
		"an unknown message": func(m *events.Message) { m.Info.ID = "3A0000" },
	} {
		other := *m
		other.Message = proto.CloneOf(m.Message)
		change(&other)
		if answer, _, err := c.ask(&other); !errors.Is(err, whatsmeow.ErrMediaNotAvailableOnPhone) || answer.Ciphertext != nil {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
	}
}

func TestTheMediaHostMisbehaves(t *testing.T) {
	w := newWorld(t, Options{})
	owner, _, c := w.linked("4915100000001", "Owner", nil)
	want := bytes.Repeat([]byte("picture "), 2000)
	d := send(t, w.person("4915100000002", "Anna"), Message{To: owner.Phone(), Media: &Media{Kind: MediaImage, Data: want}})
	img := await(t, c, withID(d.ID)).Message.GetImageMessage()
	for name, tc := range map[string]struct {
		fault MediaFault
		err   error
	}{
		"404":    {MediaFault{Status: 404}, whatsmeow.ErrMediaDownloadFailedWith404},
		"410":    {MediaFault{Status: 410}, whatsmeow.ErrMediaDownloadFailedWith410},
		"a bit":  {MediaFault{Corrupt: true}, whatsmeow.ErrInvalidMediaEncSHA256},
		"slowly": {MediaFault{BytesPerS: 80_000}, nil},
		"cut":    {MediaFault{CutAfter: 5000}, io.ErrUnexpectedEOF},
		"late":   {MediaFault{DelayMS: 100}, nil},
	} {
		faults(t, w.s, "", func(f *Faults) { f.Media = &tc.fault })
		start := time.Now()
		got, err := c.Download(t.Context(), img)
		if !errors.Is(err, tc.err) || err == nil && !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if least := 100 * time.Millisecond; (name == "slowly" || name == "late") && time.Since(start) < least {
			t.Errorf("%s: it took %v", name, time.Since(start))
		}
	}
}
