package simulator

import (
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"

	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
	"golang.org/x/crypto/hkdf"
	"google.golang.org/protobuf/proto"
)

// noise is the responder's side of Noise_XX_25519_AESGCM_SHA256 in WhatsApp's dialect.
type noise struct {
	hash, salt []byte
	key        cipher.AEAD
	counter    uint32
}

// newNoise begins a handshake. The pattern name is exactly 32 bytes long and therefore used as it is, not hashed.
func newNoise(header []byte) (*noise, error) {
	start := []byte(socket.NoiseStartPattern)
	key, err := gcmutil.Prepare(start)
	if err != nil {
		return nil, fmt.Errorf("prepare noise key: %w", err)
	}
	n := &noise{hash: start, salt: start, key: key}
	n.authenticate(header)
	return n, nil
}

func (n *noise) authenticate(data []byte) {
	h := sha256.New()
	h.Write(n.hash)
	h.Write(data)
	n.hash = h.Sum(nil)
}

func (n *noise) encrypt(plaintext []byte) []byte {
	ciphertext := n.key.Seal(nil, nonce(n.counter), plaintext, n.hash)
	n.counter++
	n.authenticate(ciphertext)
	return ciphertext
}

func (n *noise) decrypt(ciphertext []byte) ([]byte, error) {
	plaintext, err := n.key.Open(nil, nonce(n.counter), ciphertext, n.hash)
	if err != nil {
		return nil, err
	}
	n.counter++
	n.authenticate(ciphertext)
	return plaintext, nil
}

// mix makes the next key from a Diffie-Hellman secret.
func (n *noise) mix(private, public [32]byte) error {
	secret, err := curve25519.X25519(private[:], public[:])
	if err != nil {
		return fmt.Errorf("mix noise key: %w", err)
	}
	var key []byte
	if n.salt, key, err = n.expand(secret); err != nil {
		return err
	}
	n.counter = 0
	n.key, err = gcmutil.Prepare(key)
	return err
}

func (n *noise) expand(secret []byte) (first, second []byte, err error) {
	reader := hkdf.New(sha256.New, secret, n.salt, nil)
	out := make([]byte, 64)
	if _, err = io.ReadFull(reader, out); err != nil {
		return nil, nil, fmt.Errorf("expand noise key: %w", err)
	}
	return out[:32], out[32:], nil
}

// nonce is 8 zero bytes and a 32-bit counter.
func nonce(counter uint32) []byte {
	b := make([]byte, 12)
	binary.BigEndian.PutUint32(b[8:], counter)
	return b
}

// handshaken is what a finished handshake yields.
type handshaken struct {
	client      [32]byte // the client's static key
	payload     *waWa6.ClientPayload
	read, write cipher.AEAD
}

// handshake answers a client's hello; read and write move whole frames.
func (a *Authority) handshake(header []byte, read func() ([]byte, error), write func([]byte) error) (*handshaken, error) {
	n, err := newNoise(header)
	if err != nil {
		return nil, err
	}
	ephemeral, err := a.answerHello(n, read, write)
	if err != nil {
		return nil, err
	}
	var finish waWa6.HandshakeMessage
	if err = readProto(read, &finish); err != nil {
		return nil, fmt.Errorf("read client finish: %w", err)
	}
	static, err := n.decrypt(finish.GetClientFinish().GetStatic())
	if err != nil || len(static) != 32 {
		return nil, fmt.Errorf("open client key of %d bytes: %w", len(static), err)
	}
	done := &handshaken{client: [32]byte(static), payload: &waWa6.ClientPayload{}}
	if err = n.mix(*ephemeral.Priv, done.client); err != nil {
		return nil, err
	}
	payload, err := n.decrypt(finish.GetClientFinish().GetPayload())
	if err != nil {
		return nil, fmt.Errorf("open client payload: %w", err)
	}
	if err = proto.Unmarshal(payload, done.payload); err != nil {
		return nil, fmt.Errorf("decode client payload: %w", err)
	}
	fromClient, toClient, err := n.expand(nil)
	if err != nil {
		return nil, err
	}
	if done.read, err = gcmutil.Prepare(fromClient); err != nil {
		return nil, err
	}
	done.write, err = gcmutil.Prepare(toClient)
	return done, err
}

func (a *Authority) answerHello(n *noise, read func() ([]byte, error), write func([]byte) error) (*keys.KeyPair, error) {
	var hello waWa6.HandshakeMessage
	if err := readProto(read, &hello); err != nil {
		return nil, fmt.Errorf("read client hello: %w", err)
	}
	raw := hello.GetClientHello().GetEphemeral()
	if len(raw) != 32 {
		return nil, fmt.Errorf("client ephemeral has %d bytes", len(raw))
	}
	client, own := [32]byte(raw), keys.NewKeyPair()
	n.authenticate(raw)
	n.authenticate(own.Pub[:])
	if err := n.mix(*own.Priv, client); err != nil {
		return nil, err
	}
	static := n.encrypt(a.static.Pub[:])
	if err := n.mix(*a.static.Priv, client); err != nil {
		return nil, err
	}
	answer, err := proto.Marshal(&waWa6.HandshakeMessage{ServerHello: &waWa6.HandshakeMessage_ServerHello{
		Ephemeral: own.Pub[:], Static: static, Payload: n.encrypt(a.chain),
	}})
	if err != nil {
		return nil, fmt.Errorf("encode server hello: %w", err)
	}
	return own, write(answer)
}

func readProto(read func() ([]byte, error), into proto.Message) error {
	frame, err := read()
	if err != nil {
		return err
	}
	return proto.Unmarshal(frame, into)
}
