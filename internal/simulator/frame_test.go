package simulator

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/coder/websocket"
)

// readFrames writes messages to a websocket and returns the frames that its other end reads.
func readFrames(t testing.TB, messages [][]byte, want int) [][]byte {
	t.Helper()
	got := make(chan [][]byte, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		f, list := &frames{ws: ws}, [][]byte(nil)
		for len(list) < want {
			frame, err := f.read(r.Context())
			if err != nil {
				break
			}
			list = append(list, frame)
		}
		got <- list
		_ = ws.CloseNow()
	}))
	defer server.Close()
	ws, _, err := websocket.Dial(t.Context(), server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		if err = ws.Write(context.Background(), websocket.MessageBinary, m); err != nil {
			break
		}
	}
	_ = ws.CloseNow()
	return <-got
}

func TestFramesAreReadAcrossMessages(t *testing.T) {
	got := readFrames(t, [][]byte{{0}, {0, 2, 'a'}, {'b', 0, 0, 0, 0, 0, 1, 'c', 0}, {0, 1, 'd'}}, 4)
	if want := []string{"ab", "", "c", "d"}; len(got) != 4 || string(got[0]) != want[0] || string(got[1]) != want[1] || string(got[2]) != want[2] || string(got[3]) != want[3] {
		t.Errorf("frames are %q", got)
	}
}

// However the bytes are cut into messages, the same frames come out.
func FuzzFramesDoNotDependOnTheCuts(f *testing.F) {
	f.Add([]byte("hello"), []byte{1, 2, 3})
	f.Add([]byte{}, []byte{0, 7})
	f.Fuzz(func(t *testing.T, payload, cuts []byte) {
		if len(payload) > 1000 || len(cuts) > 20 {
			t.Skip("long inputs show nothing new")
		}
		whole := append([]byte{0, byte(len(payload) >> 8), byte(len(payload))}, payload...)
		whole = append(whole, whole...)
		var messages [][]byte
		for _, cut := range cuts {
			n := min(int(cut), len(whole))
			messages, whole = append(messages, whole[:n]), whole[n:]
		}
		got := readFrames(t, append(messages, whole), 2)
		if len(got) != 2 || !bytes.Equal(got[0], payload) || !bytes.Equal(got[1], payload) {
			t.Errorf("frames are %q, want twice %q", got, payload)
		}
	})
}
