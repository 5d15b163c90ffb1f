// Command receiver is a small receiver for trying things out: it verifies each request, drops repetitions and prints the rest.
//
//	go run ./docs/verify/receiver -secret string
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"wapost/docs/verify"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:3000", "address of the receiver")
	secret := flag.String("secret", "", "secret of the webhook")
	flag.Parse()
	server := &http.Server{Addr: *listen, Handler: receiver{secret: *secret, seen: newMemory(10_000), out: os.Stdout}, ReadHeaderTimeout: 5 * time.Second}
	fmt.Fprintf(os.Stderr, "receiver listens on %s\n", *listen)
	fmt.Fprintln(os.Stderr, server.ListenAndServe())
	os.Exit(1)
}

// receiver answers one webhook. A real one would store the event before it answers, and work on it afterwards.
type receiver struct {
	secret string
	seen   *memory
	out    io.Writer
}

func (rc receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil || !verify.Genuine(rc.secret, r.Header, body, time.Now()) {
		fmt.Fprintln(rc.out, "refused: the signature is wrong")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var e struct {
		ID, Type string
		Data     struct{ Text *string }
	}
	if err := json.Unmarshal(body, &e); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	switch {
	case !rc.seen.add(r.Header.Get("webhook-id")):
		fmt.Fprintf(rc.out, "%s again: dropped\n", e.ID)
	case e.Data.Text != nil:
		fmt.Fprintf(rc.out, "%s %s %q\n", e.ID, e.Type, *e.Data.Text)
	default:
		fmt.Fprintf(rc.out, "%s %s\n", e.ID, e.Type)
	}
	w.WriteHeader(http.StatusNoContent)
}
