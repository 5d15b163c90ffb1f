package simulator

import (
	"cmp"
	"context"
	"time"

	"go.mau.fi/util/random"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"google.golang.org/protobuf/proto"
)

// receiptServerError says that the media host has lost the file of a message: the phone is asked to upload it once more.
const receiptServerError = "server-error"

// What a phone answers to it.
const (
	RetryUpload     = "upload"           // the file has a new place
	RetryNotFound   = "not_found"        // the phone knows the message and does not have the file
	RetryDecryption = "decryption_error" // it cannot read its own copy
	RetryGeneral    = "general_error"
	RetryError      = "error" // a code without content: the phone does not know the message
	RetrySilence    = "silence"
)

// codeNotOnPhone is the code of an answer without content.
const codeNotOnPhone = 2

// reupload is the phone's part: it finds the file, puts it to a new place and says where.
func (d *Device) reupload(n *waBinary.Node) {
	rmr := n.GetChildByTag("rmr")
	fault := d.srv.faults.takeMediaRetry(d)
	if fault == nil {
		fault = &MediaRetryFault{}
	}
	if fault.Answer == RetrySilence {
		return
	}
	id := attrText(n, "id")
	answer := d.retryAnswer(n, id, fault.Answer)
	err := d.srv.life.start("media retry", func(ctx context.Context) {
		if wait(ctx, nil, time.Duration(fault.DelayMS)*time.Millisecond) {
			d.enqueue(element("notification", attrs{"from": d.person.pn, "type": "mediaretry", "id": id, "t": now()}, answer,
				waBinary.Node{Tag: "rmr", Attrs: rmr.Attrs}))
		}
	})
	if err != nil {
		d.srv.log.Debug("simulator cannot answer a media retry", "reason", err)
	}
}

// retryAnswer is the content of the phone's answer.
func (d *Device) retryAnswer(n *waBinary.Node, id, wish string) waBinary.Node {
	f := d.person.fileOfMessage(id)
	if f == nil || wish == RetryError {
		return element("error", attrs{"code": codeNotOnPhone})
	}
	if err := checkServerError(n, id, f.GetMediaKey()); err != nil {
		d.person.noteError(d, d.person.pn, id, err)
		return element("error", attrs{"code": codeNotOnPhone})
	}
	answer := &waMmsRetry.MediaRetryNotification{StanzaID: &id}
	switch cmp.Or(wish, RetryUpload) {
	case RetryNotFound:
		answer.Result = waMmsRetry.MediaRetryNotification_NOT_FOUND.Enum()
	case RetryDecryption:
		answer.Result = waMmsRetry.MediaRetryNotification_DECRYPTION_ERROR.Enum()
	case RetryGeneral:
		answer.Result = waMmsRetry.MediaRetryNotification_GENERAL_ERROR.Enum()
	default:
		kept, ok := d.srv.blobs.get(f.GetDirectPath())
		if !ok {
			answer.Result = waMmsRetry.MediaRetryNotification_NOT_FOUND.Enum()
			break
		}
		answer.Result = waMmsRetry.MediaRetryNotification_SUCCESS.Enum()
		answer.DirectPath = proto.String(d.srv.blobs.put(kept.data, 0))
	}
	return sealRetry(answer, id, f.GetMediaKey())
}

// fileOfMessage finds the file of a message that the phone has written or got; nil when there is none.
func (p *Person) fileOfMessage(id string) file {
	p.mu.Lock()
	m, ok := p.known.byID[id]
	p.mu.Unlock()
	if !ok {
		if m, ok = p.srv.written(p, id); !ok {
			return nil
		}
	}
	f, _ := fileOf(m.body)
	return f
}

func retryKey(mediaKey []byte) []byte {
	return hkdfutil.SHA256(mediaKey, nil, []byte("WhatsApp Media Retry Notification"), 32)
}

// checkServerError opens what the client has sent: only who has the key of the file may ask for it.
func checkServerError(n *waBinary.Node, id string, mediaKey []byte) error {
	plain, err := gcmutil.Decrypt(retryKey(mediaKey), content(n.GetChildByTag("encrypt", "enc_iv")), content(n.GetChildByTag("encrypt", "enc_p")), []byte(id))
	if err != nil {
		return fail(CodeInvalid, "a server-error receipt cannot be opened: %v", err)
	}
	var request waMmsRetry.ServerErrorReceipt
	if err := proto.Unmarshal(plain, &request); err != nil || request.GetStanzaID() != id {
		return fail(CodeInvalid, "a server-error receipt is about %q, not %q", request.GetStanzaID(), id)
	}
	return nil
}

func sealRetry(answer *waMmsRetry.MediaRetryNotification, id string, mediaKey []byte) waBinary.Node {
	plain, err := proto.Marshal(answer)
	iv := random.Bytes(12)
	var sealed []byte
	if err == nil {
		sealed, err = gcmutil.Encrypt(retryKey(mediaKey), iv, plain, []byte(id))
	}
	if err != nil {
		panic(err) // a key of 32 bytes and a message of our own always work
	}
	return element("encrypt", nil, leaf("enc_p", sealed), leaf("enc_iv", iv))
}

// asksForFile reports whether a receipt is about a lost file. (About a lost history it has no <rmr>.)
func asksForFile(n *waBinary.Node) bool {
	_, named := n.GetOptionalChildByTag("rmr")
	return attrText(n, "type") == receiptServerError && named && attrJID(n, "to").Server == types.DefaultUserServer
}
