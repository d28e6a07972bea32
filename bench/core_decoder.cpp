// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Cost of parsing: nanoseconds per request, megabytes per second of chunked bodies, and allocations
// per message, compared with Beast's request_parser<string_body> on the same bytes. Also the cost
// of its parts alone: scanner, copy, tokenizer.
//
// usage: core_decoder [milliseconds per measurement]
#include "http1/beast_tokenizer.hpp"
#include "http1/head_scanner.hpp"
#include "http1/parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <string_view>

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

namespace beast = boost::beast;
using anode::http1::parse_result;

std::chrono::milliseconds budget(300);

struct result {
  double nanoseconds = 0;  // per call, the best of several rounds
  double allocations = 0;  // per call
};

template <class Work>
result measure(Work work) {
  for (int i = 0; i < 100; ++i) {
    work();
  }
  constexpr int rounds = 8;
  result best;
  for (int round = 0; round < rounds; ++round) {
    std::size_t const before = allocations;
    std::size_t calls = 0;
    auto const start = std::chrono::steady_clock::now();
    auto now = start;
    do {
      for (int i = 0; i < 50; ++i) {
        work();
      }
      calls += 50;
      now = std::chrono::steady_clock::now();
    } while (now - start < budget / rounds);
    auto const count = static_cast<double>(calls);
    double const ns = std::chrono::duration<double, std::nano>(now - start).count() / count;
    if (round == 0 || ns < best.nanoseconds) {
      best = {ns, static_cast<double>(allocations - before) / count};
    }
  }
  return best;
}

[[noreturn]] void fail(char const* what) {
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

std::size_t decode_all(anode::http1::parser& d, anode::message::message_head& head,
                       std::string_view input) {
  std::size_t bytes = 0;
  for (;;) {
    switch (d.next(input, head)) {
      case parse_result::need_more:
        return bytes;
      case parse_result::head:
        bytes += head.fields.size();
        break;
      case parse_result::body:
        bytes += d.body().size();
        break;
      case parse_result::end:
        break;
      default:
        fail("the decoder does not take the input");
    }
  }
}

void parse_with_beast(std::string const& input) {
  beast::http::request_parser<beast::http::string_body> parser;
  parser.body_limit(boost::none);
  parser.eager(true);
  beast::error_code ec;
  std::size_t at = 0;
  while (!parser.is_done()) {
    at += parser.put(boost::asio::buffer(input.data() + at, input.size() - at), ec);
    if (ec) {
      fail("Beast does not take the input");
    }
  }
}

std::string browser_request() {
  return "GET /assets/index-4f2a9c.js?v=17 HTTP/1.1\r\n"
         "Host: www.example.com\r\n"
         "Connection: keep-alive\r\n"
         "sec-ch-ua: \"Chromium\";v=\"130\", \"Google Chrome\";v=\"130\", "
         "\"Not?A_Brand\";v=\"99\"\r\n"
         "sec-ch-ua-mobile: ?0\r\n"
         "sec-ch-ua-platform: \"Linux\"\r\n"
         "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/130.0.0.0 Safari/537.36\r\n"
         "Accept: */*\r\n"
         "Sec-Fetch-Site: same-origin\r\n"
         "Sec-Fetch-Mode: no-cors\r\n"
         "Sec-Fetch-Dest: script\r\n"
         "Referer: https://www.example.com/dashboard/overview\r\n"
         "Accept-Encoding: gzip, deflate, br, zstd\r\n"
         "Accept-Language: en-US,en;q=0.9,de;q=0.8\r\n"
         "Cookie: session=0a1b2c3d4e5f60718293a4b5c6d7e8f9; theme=dark; consent=yes\r\n"
         "\r\n";
}

std::string small_request() {
  return "GET /hello HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUser-Agent: bench/1.0\r\nAccept: */*\r\n"
         "Accept-Encoding: gzip\r\n\r\n";
}

std::string long_request() {
  std::string out = "GET /long HTTP/1.1\r\nHost: example.com\r\n";
  for (int i = 0; i < 59; ++i) {
    out += "X-Header-" + std::to_string(i) + ": value number " + std::to_string(i) + "\r\n";
  }
  return out + "\r\n";
}

void measure_parts(std::string const& input) {
  anode::http1::head_scanner scanner(anode::message::message_kind::request, {16384, 2000, false});
  result const scanning = measure([&] {
    scanner.start_head();
    char const* p = input.data();
    if (scanner.feed(p, p + input.size()) != anode::http1::head_scanner::scan_result::complete) {
      fail("the scanner does not accept the input");
    }
  });
  anode::message::message_head head;
  result const copying = measure([&] {
    head.clear();
    head.fields.append_bytes(input);
  });
  result const tokenizing = measure([&] {
    head.clear();
    head.fields.append_bytes(input);
    if (!anode::http1::tokenize_head(anode::message::message_kind::request, head, 0,
                                     scanner.masked_bytes(), 0)) {
      fail("the tokenizer does not take the input");
    }
  });
  std::printf("    scanner %.0f ns, copy %.0f ns, tokenizer %.0f ns\n", scanning.nanoseconds,
              copying.nanoseconds, tokenizing.nanoseconds - copying.nanoseconds);
}

void measure_request(char const* name, std::string const& input) {
  anode::http1::parser d(anode::message::message_kind::request);
  anode::message::message_head head;
  result const ours = measure([&] { decode_all(d, head, input); });
  result const theirs = measure([&] { parse_with_beast(input); });
  std::printf(
      "%s, %zu bytes: %.0f ns, %.0f MB/s, %.2f allocations;"
      " request_parser<string_body>: %.0f ns, %.1f allocations; %.2f times its rate\n",
      name, input.size(), ours.nanoseconds,
      static_cast<double>(input.size()) * 1e3 / ours.nanoseconds, ours.allocations,
      theirs.nanoseconds, theirs.allocations, theirs.nanoseconds / ours.nanoseconds);
  measure_parts(input);
}

void measure_chunks(std::size_t size, std::size_t count) {
  char digits[20];
  std::snprintf(digits, sizeof digits, "%zx", size);
  std::string input = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t i = 0; i < count; ++i) {
    input.append(digits).append("\r\n").append(size, 'x').append("\r\n");
  }
  input += "0\r\n\r\n";
  anode::http1::parser d(anode::message::message_kind::request);
  anode::message::message_head head;
  result const ours = measure([&] { decode_all(d, head, input); });
  result const theirs = measure([&] { parse_with_beast(input); });
  auto const body = static_cast<double>(size * count);
  std::printf(
      "%zu chunks of %zu bytes: %.0f MB/s of body, %.0f MB/s of input, %.2f allocations;"
      " request_parser<string_body>: %.0f MB/s of body\n",
      count, size, body * 1e3 / ours.nanoseconds,
      static_cast<double>(input.size()) * 1e3 / ours.nanoseconds, ours.allocations,
      body * 1e3 / theirs.nanoseconds);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    budget = std::chrono::milliseconds(std::atoi(argv[1]));
  }
  measure_request("small request", small_request());
  measure_request("browser request", browser_request());
  measure_request("60-header request", long_request());
  measure_chunks(1, 1000);
  measure_chunks(1024, 64);
  measure_chunks(65536, 4);
  return 0;
}
