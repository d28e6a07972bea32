// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Peer for comparison: Go's http.Client on one processor.
// usage: go_client PORT IN_FLIGHT SECONDS
// Prints: requests, seconds, seconds of CPU time.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

func cpu() float64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

func main() {
	runtime.GOMAXPROCS(1)
	inFlight, _ := strconv.Atoi(os.Args[2])
	seconds, _ := strconv.ParseFloat(os.Args[3], 64)
	url := "http://127.0.0.1:" + os.Args[1] + "/hello"
	client := &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: inFlight, MaxConnsPerHost: inFlight}}
	var answered int64
	for i := 0; i < inFlight; i++ {
		go func() {
			for {
				response, err := client.Get(url)
				if err != nil {
					panic(err)
				}
				body, err := io.ReadAll(response.Body)
				response.Body.Close()
				if err != nil || string(body) != "Hello World!\n" {
					panic("a wrong answer")
				}
				atomic.AddInt64(&answered, 1)
			}
		}()
	}
	time.Sleep(500 * time.Millisecond)
	before, start, used := atomic.LoadInt64(&answered), time.Now(), cpu()
	time.Sleep(time.Duration(seconds * 1e9))
	fmt.Printf("%d %.4f %.4f\n", atomic.LoadInt64(&answered)-before, time.Since(start).Seconds(),
		cpu()-used)
}
