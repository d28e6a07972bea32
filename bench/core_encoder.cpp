// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Cost of writing: nanoseconds and allocations for a response head with its headers, a request
// head, and a chunk.
//
// usage: core_encoder [milliseconds per measurement]
#include "http1/chunk_writer.hpp"
#include "http1/head_writer.hpp"
#include "policy/default_headers.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

namespace {

std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  void* const p = std::malloc(size);
  if (p == nullptr) {
    throw std::bad_alloc();
  }
  return p;
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace {

using namespace anode::http1;
using namespace anode::message;
using namespace anode::policy;

std::chrono::milliseconds budget(300);

template <class Work>
void measure(char const* name, Work work) {
  for (int i = 0; i != 1000; ++i) {
    work();
  }
  constexpr int rounds = 8;
  double best = 0;
  double best_allocations = 0;
  for (int round = 0; round != rounds; ++round) {
    std::size_t const before = allocations;
    std::size_t calls = 0;
    auto const start = std::chrono::steady_clock::now();
    auto now = start;
    do {
      for (int i = 0; i != 200; ++i) {
        work();
      }
      calls += 200;
      now = std::chrono::steady_clock::now();
    } while (now - start < budget / rounds);
    double const ns =
        std::chrono::duration<double, std::nano>(now - start).count() / static_cast<double>(calls);
    if (round == 0 || ns < best) {
      best = ns;
      best_allocations = static_cast<double>(allocations - before) / static_cast<double>(calls);
    }
  }
  std::printf("%-48s %8.1f ns %6.2f allocations\n", name, best, best_allocations);
}

response_context context_of(std::uint64_t length) {
  response_context context;
  context.date_line = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
  context.keep_alive_line = "Keep-Alive: timeout=5\r\n";
  context.content_length = length;
  return context;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    budget = std::chrono::milliseconds(std::atoi(argv[1]));
  }

  std::string out;
  header_map headers;
  response_context const context = context_of(12);

  measure("response head, no own header", [&] {
    out.clear();
    headers.clear();
    write_response_head(out, context, headers);
  });
  measure("response head, 1 header set and written", [&] {
    out.clear();
    headers.clear();
    headers.set("Content-Type", "text/plain");
    write_response_head(out, context, headers);
  });
  measure("response head, 3 headers set and written", [&] {
    out.clear();
    headers.clear();
    headers.set("Content-Type", "application/json; charset=utf-8");
    headers.set("Cache-Control", "no-store");
    headers.set("X-Request-Id", "5f1a7c30-8d3e-4a52");
    write_response_head(out, context, headers);
  });
  measure("response head, the same 3 headers only written", [&] {
    out.clear();
    write_response_head(out, context, headers);
  });
  measure("response head, 16 headers set and written", [&] {
    out.clear();
    headers.clear();
    static constexpr char const* names[16] = {"X-0",  "X-1",  "X-2",  "X-3", "X-4",  "X-5",
                                              "X-6",  "X-7",  "X-8",  "X-9", "X-10", "X-11",
                                              "X-12", "X-13", "X-14", "X-15"};
    for (char const* name : names) {
      headers.set(name, "a value of usual size");
    }
    write_response_head(out, context, headers);
  });

  request_context request;
  request.target = "/some/path?with=query";
  request_origin origin;
  origin.to.host = "h.example";
  origin.to.port = 8080;
  measure("request head with Host and 1 header", [&] {
    out.clear();
    headers.clear();
    headers.set("Accept", "*/*");
    add_default_headers(headers, origin);
    write_request_head(out, request, headers);
  });

  std::string const data(1024, 'x');
  measure("chunk of 1 KiB, appended", [&] {
    out.clear();
    append_chunk(out, data);
  });
  measure("size line of a chunk", [&] {
    chunk_size_line const line(data.size() + out.size());
    if (line.text().empty()) {
      std::abort();
    }
  });
  return 0;
}
