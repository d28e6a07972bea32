// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Invalid responses of a server. Each is received whole, byte by byte, and split in two at every
// offset. The outcome must not depend on the split, and an incomplete response must not appear
// complete.
#include "behaviour/client/request_setup.hpp"
#include "support/client_fixture.hpp"

#include <anode/error.hpp>

namespace security_client_response_framing {

namespace {

namespace http = anode::http;
using anode::test::keeping;
using support::client_fixture;

struct outcome {
  std::string text;   // status and body, then how it ended: "done", or the name of an error
  bool kept = false;  // The connection can carry another request.
  bool operator==(outcome const&) const = default;
};

std::ostream& operator<<(std::ostream& out, outcome const& o) {
  return out << '"' << o.text << (o.kept ? "\" kept" : "\" not kept");
}

std::string joined(std::vector<std::string> const& events) {
  std::string status;
  std::string body;
  std::string ended;
  for (std::string const& e : events) {
    if (e.starts_with("response ")) {
      status = e.substr(9) + " ";
    } else if (e.starts_with("data ")) {
      body += e.substr(5);
    } else if (e == "res.end") {
      ended += " done";
    } else if (e.starts_with("error ")) {
      ended += " " + e.substr(6);
    } else if (e.starts_with("res.error ")) {
      ended += " cut off";
    }
  }
  return status + body + ended;
}

// Sends a response in segments.
template <class Say>
outcome play(std::string const& method, Say say) {
  client_fixture f(keeping());
  auto r = f.request(method);
  r.end();
  f.settle();
  f.events.clear();
  say(f);
  return {joined(f.events), f.agent.totals().free_sockets == 1};
}

// Sends a request, answers it with `bytes` and returns the outcome.
// @param ends whether the server ends the connection behind the bytes
outcome receive(std::string const& method, std::string const& bytes, bool ends = false) {
  auto const end = [&](client_fixture& f) {
    if (ends) {
      f.peers.at(0).end();
      f.settle();
    }
  };
  outcome const whole = play(method, [&](client_fixture& f) {
    f.say(0, bytes);
    end(f);
  });
  outcome const single = play(method, [&](client_fixture& f) {
    for (char const c : bytes) {
      f.say(0, std::string(1, c));
    }
    end(f);
  });
  // Body bytes before a failure can be delivered or not.
  // Bytes behind a complete response can cause an error, or not be parsed yet.
  auto const ending = [](outcome const& o) {
    if (o.text.find(" done") != std::string::npos) {
      return std::string("done");
    }
    return o.text.substr(o.text.rfind(' ') + 1);
  };
  CHECK(ending(single) == ending(whole));
  if (bytes.size() > 1000) {
    return whole;
  }
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    outcome const halves = play(method, [&](client_fixture& f) {
      f.say(0, std::string_view(bytes).substr(0, cut));
      f.say(0, std::string_view(bytes).substr(cut));
      end(f);
    });
    if (ending(halves) != ending(whole)) {
      FAIL_CHECK("cut at " << cut << ": " << halves << ", whole: " << whole);
    }
  }
  return whole;
}

std::string with(std::string const& fields, std::string const& rest = "hello") {
  return "HTTP/1.1 200 OK\r\n" + fields + "\r\n\r\n" + rest;
}

bool refused(outcome const& o) {
  return o.text.find("HPE_") != std::string::npos && o.text.find(" done") == std::string::npos &&
         !o.kept;
}

}  // namespace

TEST_CASE("client response: a length beside a transfer coding is rejected in either order",
          "[hostile]") {
  for (char const* fields : {"Transfer-Encoding: chunked\r\nContent-Length: 5",
                             "Content-Length: 5\r\nTransfer-Encoding: chunked",
                             "Content-Length: 0\r\nTransfer-Encoding: chunked"}) {
    INFO(fields);
    CHECK(refused(receive("GET", with(fields, "5\r\nhello\r\n0\r\n\r\n"))));
  }
}

TEST_CASE(
    "client response: a body in a coding other than chunked lasts until the end of the connection",
    "[hostile]") {
  for (char const* value : {"gzip", "identity", "xchunked", "chunked, gzip", "", "chunked abc",
                            "chunked/", "chunked=1", "chunked;", "\"chunked\"",
                            "\x0b"
                            "chunked",
                            "\xa0"
                            "chunked",
                            "chunked\x85"}) {
    INFO(value);
    std::string const bytes =
        with(std::string("Transfer-Encoding: ") + value, "5\r\nhello\r\n0\r\n\r\n");
    outcome const open = receive("GET", bytes);
    CHECK(open.text.find(" done") == std::string::npos);
    CHECK_FALSE(open.kept);
    CHECK_FALSE(receive("GET", bytes, true).kept);
  }
}

TEST_CASE("client response: two transfer codings in two lines count together", "[hostile]") {
  outcome const o = receive("GET", with("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
                                        "5\r\nhello\r\n0\r\n\r\n"));
  CHECK(o == outcome{"200 hello done", true});
  CHECK_FALSE(receive("GET", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip",
                                  "5\r\nhello\r\n0\r\n\r\n"))
                  .kept);
}

TEST_CASE("client response: chunks in HTTP/1.0 end the connection", "[hostile]") {
  outcome const o = receive("GET",
                            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
  CHECK(o == outcome{"200 hello done", false});
}

TEST_CASE("client response: a length that is not one number is rejected", "[hostile]") {
  for (char const* fields :
       {"Content-Length: +5", "Content-Length: -5", "Content-Length: 0x5", "Content-Length: 1_0",
        "Content-Length: 5 5", "Content-Length: 5Z", "Content-Length: 18446744073709551616",
        "Content-Length: 99999999999999999999", "Content-Length: 5, 6", "Content-Length: 5, 5",
        "Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5\r\nContent-Length: 5"}) {
    INFO(fields);
    CHECK(refused(receive("GET", with(fields))));
  }
  CHECK(receive("GET", with("Content-Length: 005")).text == "200 hello done");
}

TEST_CASE("client response: folded lines are rejected", "[hostile]") {
  for (char const* fields : {"Transfer-Encoding: chunked\r\n abc", "Content-Length:\r\n 5",
                             "X: a\r\n\tb\r\nContent-Length: 5"}) {
    INFO(fields);
    CHECK(refused(receive("GET", with(fields))));
  }
}

TEST_CASE("client response: a response without a body ignores framing, and bytes behind it close",
          "[hostile]") {
  for (char const* framing : {"Content-Length: 5", "Transfer-Encoding: chunked"}) {
    for (auto const& [method, status] :
         {std::pair("GET", "204 No Content"), std::pair("GET", "304 Not Modified"),
          std::pair("HEAD", "200 OK")}) {
      INFO(method << " " << status << " " << framing);
      std::string const head = std::string("HTTP/1.1 ") + status + "\r\n" + framing + "\r\n\r\n";
      std::string const code = std::string(status).substr(0, 3);
      outcome const alone = receive(method, head);
      CHECK(alone.text == code + "  done");
      outcome const more = receive(method, head + "hello");
      CHECK(more.text.starts_with(code + "  done"));
      CHECK_FALSE(more.kept);
      outcome const another = receive(method, head + "HTTP/1.1 200 OK\r\n\r\n");
      CHECK(another.text.starts_with(code + "  done"));
      CHECK_FALSE(another.kept);
    }
  }
}

TEST_CASE("client response: chunk sizes are hexadecimal digits within the range", "[hostile]") {
  for (char const* size : {"0x5", "+5", "-2", "0_5", "5G", "", "\"5\"", " 5", "5 5",
                           "10000000000000000", "10000000000000005", "-1", "\xff"}) {
    INFO(size);
    CHECK(refused(receive(
        "GET", with("Transfer-Encoding: chunked", std::string(size) + "\r\nhello\r\n0\r\n\r\n"))));
  }
}

TEST_CASE("client response: chunks end with CRLF", "[hostile]") {
  for (char const* body : {"5\nhello\r\n0\r\n\r\n", "5\rXhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n",
                           "5\r\nhelloXX0\r\n\r\n", "4\r\nhello\r\n0\r\n\r\n",
                           "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r\n0\n\r\n"}) {
    INFO(body);
    CHECK(refused(receive("GET", with("Transfer-Encoding: chunked", body))));
  }
  // The last bytes could be the start of a trailer, therefore the body is incomplete.
  CHECK(receive("GET", with("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\nXX")) ==
        outcome{"200 hello", false});
  CHECK(receive("GET", with("Transfer-Encoding: chunked", "5\r\nhello\r\n000\r\n\r\n")) ==
        outcome{"200 hello done", true});
}

TEST_CASE("client response: chunk extensions are validated and limited", "[hostile]") {
  for (std::string const& ext : {std::string(";a\nb"), std::string(";a\rb"),
                                 std::string(";a\0b", 4), std::string(";a=\"b")}) {
    INFO(ext);
    CHECK(refused(
        receive("GET", with("Transfer-Encoding: chunked", "5" + ext + "\r\nhello\r\n0\r\n\r\n"))));
  }
  CHECK(refused(receive("GET", with("Transfer-Encoding: chunked",
                                    "5;" + std::string(17000, 'x') + "\r\nhello\r\n0\r\n\r\n"))));
  std::string many;
  for (int i = 0; i < 100; ++i) {
    many += "1;" + std::string(4000, 'x') + "\r\na\r\n";
  }
  CHECK(refused(
      play("GET", [&](client_fixture& f) { f.say(0, with("Transfer-Encoding: chunked", many)); })));
  std::string tiny;
  for (int i = 0; i < 100'000; ++i) {
    tiny += "1\r\na\r\n";
  }
  outcome const o = play("GET", [&](client_fixture& f) {
    f.say(0, with("Transfer-Encoding: chunked", tiny + "0\r\n\r\n"));
  });
  CHECK(o.text == "200 " + std::string(100'000, 'a') + " done");
}

TEST_CASE("client response: trailers are separate from headers, and limited", "[hostile]") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, with("Transfer-Encoding: chunked",
                "5\r\nhello\r\n0\r\nHost: evil\r\nAuthorization: admin\r\n"
                "Content-Type: text/evil\r\nX-Sum: 1\r\n\r\n"));
  CHECK_FALSE(f.response.headers().get("host").has_value());
  CHECK_FALSE(f.response.headers().get("authorization").has_value());
  CHECK_FALSE(f.response.headers().get("content-type").has_value());
  CHECK(f.response.trailers().get("x-sum") == "1");

  // As in Node, a length in a trailer is rejected; a coding is an ordinary trailer.
  auto const with_trailer = [](std::string const& field) {
    return receive("GET", with("Transfer-Encoding: chunked", "0\r\n" + field + "\r\n\r\n"));
  };
  CHECK(refused(with_trailer("Content-Length: 5")));
  CHECK(with_trailer("Transfer-Encoding: chunked") == outcome{"200  done", true});
  std::string lines;
  for (int i = 0; i < 10'000; ++i) {
    lines += "X: y\r\n";
  }
  for (std::string const& trailers : {"X: " + std::string(100'000, 'y') + "\r\n", lines}) {
    CHECK(refused(play("GET", [&](client_fixture& g) {
      g.say(0, with("Transfer-Encoding: chunked", "0\r\n" + trailers + "\r\n"));
    })));
  }
}

TEST_CASE("client response: lines end with CRLF, and names and values are validated", "[hostile]") {
  for (std::string const& bytes :
       {std::string("HTTP/1.1 200 OK\nContent-Length: 5\r\n\r\nhello"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\n\nhello"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\rhello"),
        std::string("HTTP/1.1 200 OK\r\nX: a\rContent-Length: 5\r\n\r\nhello"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\rXhello"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length\t: 5\r\n\r\nhello"),
        std::string("HTTP/1.1 200 OK\r\n Content-Length: 5\r\n\r\nhello"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length 5\r\n\r\nhello"),
        std::string("HTTP/1.1 200 OK\r\n: 5\r\n\r\nhello"),
        std::string("HTTP/1.1 200 OK\r\nX(: 5\r\n\r\nhello"),
        std::string("HTTP/1.1 200 OK\r\nX\xc3: 5\r\n\r\nhello"),
        std::string("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\nhello", 32)}) {
    INFO(bytes);
    CHECK(refused(receive("GET", bytes)));
  }
}

TEST_CASE("client response: field names are plain data", "[hostile]") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, with("__proto__: a\r\nconstructor: b\r\nREMOTE_ADDR: c\r\nContent_Length: 99\r\n"
                "Content-Length: 5"));
  CHECK(f.response.headers().get("__proto__") == "a");
  CHECK(f.response.headers().get("constructor") == "b");
  CHECK(f.response.headers().get("remote_addr") == "c");
  CHECK(f.pop_events().find("data hello, res.end") != std::string::npos);
}

TEST_CASE("client response: status lines", "[hostile]") {
  for (char const* line :
       {"HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 2x0 OK", "HTTP/1.1 200 O\nK",
        "HTTP/1.1  200 OK", "http/1.1 200 OK", "HTTP/1.1\t200 OK", "ICY 200 OK",
        "HTTP/1.1 200 OK\r", "HTTP/11 200 OK"}) {
    INFO(line);
    CHECK(refused(receive("GET", std::string(line) + "\r\nContent-Length: 5\r\n\r\nhello")));
  }
  CHECK(receive("GET", "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello") ==
        outcome{"200 hello done", true});
}

TEST_CASE("client response: heads are limited in bytes and in lines", "[hostile]") {
  CHECK(play("GET", [](client_fixture& f) {
          f.say(0, with("X: " + std::string(17'000, 'x')));
        }).text.find("HPE_HEADER_OVERFLOW") != std::string::npos);
  std::string lines;
  for (int i = 0; i < 2001; ++i) {
    lines += "a:\r\n";
  }
  CHECK(play("GET", [&](client_fixture& f) {
          f.say(0, with(lines + "Content-Length: 5"));
        }).text.find("HPE_HEADER_OVERFLOW") != std::string::npos);
}

TEST_CASE(
    "client response: a flood of informational responses is not buffered, and a limit or a timeout "
    "ends it",
    "[hostile]") {
  client_fixture f(keeping());
  http::request_options o;
  o.host = "test";
  o.deadline = std::chrono::seconds(10);
  bool const limited = GENERATE(true, false);
  if (!limited) {
    o.max_interim_responses = 1'000'000;
    o.max_header_size = 64 * 1024 * 1024;
  }
  auto r = f.agent.request(std::move(o));
  std::size_t calls = 0;
  std::string error;
  r.on_information([&](http::information const&) { ++calls; });
  r.on_request_error([&](http::request_error const& e) {
    error = std::string(e.code_name()) + " " + std::string(http::to_string(e.phase()));
  });
  r.end();
  f.settle();
  std::string flood;
  for (int i = 0; i < 1000; ++i) {
    flood += "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
  }
  for (int i = 0; i < 11 && error.empty(); ++i) {
    f.say(0, flood);
    f.advance(std::chrono::seconds(1));
  }
  CHECK(calls == (limited ? 100 : 10'000));
  CHECK(error == (limited ? "HPE_HEADER_OVERFLOW head" : "ETIMEDOUT head"));
  CHECK(f.peers.at(0).ended());
}

TEST_CASE("client response: a response that is cut off anywhere is an error", "[hostile]") {
  for (std::string const& bytes :
       {with("Content-Length: 5"), with("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n")}) {
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      for (bool const reset : {true, false}) {
        outcome const o = play("GET", [&](client_fixture& f) {
          f.say(0, std::string_view(bytes).substr(0, cut));
          if (reset) {
            f.peers.at(0).reset();
          } else {
            f.peers.at(0).end();
          }
          f.settle();
        });
        if (o.text.find("done") != std::string::npos || o.kept ||
            (o.text.find("ECONNRESET") == std::string::npos &&
             o.text.find("HPE_") == std::string::npos &&
             o.text.find("cut off") == std::string::npos)) {
          FAIL_CHECK("cut at " << cut << ": " << o);
        }
      }
    }
  }
}

}  // namespace security_client_response_framing
