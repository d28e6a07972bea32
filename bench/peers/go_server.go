// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Peer for comparison: Go's net/http on one processor.
// usage: go_server PORT [CERTIFICATE KEY]
package main

import (
	"bytes"
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"runtime"
)

func main() {
	runtime.GOMAXPROCS(1)
	hello := []byte("Hello World!\n")
	bodies := map[string][]byte{
		"/64k": bytes.Repeat([]byte("x"), 65536),
		"/1m":  bytes.Repeat([]byte("x"), 1048576),
	}
	http.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			io.Copy(io.Discard, r.Body)
			w.Write(hello)
			return
		}
		for i := 0; i < 1024; i++ {
			w.Write(bodies["/64k"])
		}
	})
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		body, found := bodies[r.URL.Path]
		if !found {
			body = hello
		}
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Length", itoa(len(body)))
		w.Write(body)
	})
	if len(os.Args) == 4 {
		// An empty map: HTTP/1.1 only.
		only1 := map[string]func(*http.Server, *tls.Conn, http.Handler){}
		server := &http.Server{Addr: "127.0.0.1:" + os.Args[1], TLSNextProto: only1}
		panic(server.ListenAndServeTLS(os.Args[2], os.Args[3]))
	}
	panic(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}

func itoa(n int) string {
	digits := []byte{}
	for ; n > 0; n /= 10 {
		digits = append([]byte{byte('0' + n%10)}, digits...)
	}
	return string(digits)
}
