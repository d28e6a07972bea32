// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/body_framing.hpp"

#include "support/catch.hpp"

namespace unit_message_body_framing {

namespace {

using namespace anode::message;

/// A second, simpler implementation of RFC 9112 section 6.3 for responses.
body_kind response_body(method request, int status, framing_fields const& f) {
  if (request == method::head || request == method::connect) {
    return body_kind::none;
  }
  if (status < 200 || status == 204 || status == 304) {
    return body_kind::none;
  }
  if (f.transfer_encoding) {
    return f.chunked ? body_kind::chunked : body_kind::until_close;
  }
  if (!f.content_length_seen) {
    return body_kind::until_close;
  }
  return f.content_length == 0 ? body_kind::none : body_kind::length;
}

constexpr method methods[] = {method::get,     method::head,    method::post,
                              method::connect, method::options, method::unknown};
constexpr int statuses[] = {100, 101, 102, 103, 199, 200, 204, 205, 206, 304, 404, 500};

struct version {
  int major, minor;
};
constexpr version versions[] = {{0, 9}, {1, 0}, {1, 1}, {2, 0}};

struct length {
  bool seen;
  std::uint64_t value;
};
constexpr length lengths[] = {{false, 0}, {true, 0}, {true, 5}, {true, ~std::uint64_t{0}}};

struct coding {
  bool seen, chunked;
};
constexpr coding codings[] = {{false, false}, {true, false}, {true, true}};

template <class Check>
void for_all_fields(Check check) {
  for (length const l : lengths) {
    for (coding const c : codings) {
      for (int flags = 0; flags < 16; ++flags) {
        framing_fields f;
        f.content_length_seen = l.seen;
        f.content_length = l.value;
        f.transfer_encoding = c.seen;
        f.chunked = c.chunked;
        f.connection_close = (flags & 1) != 0;
        f.connection_keep_alive = (flags & 2) != 0;
        f.connection_upgrade = (flags & 4) != 0;
        f.upgrade = (flags & 8) != 0;
        check(f);
      }
    }
  }
}

}  // namespace

TEST_CASE(
    "body framing: requests by method, version, Content-Length, Transfer-Encoding and Connection") {
  for (method const m : methods) {
    for (version const v : versions) {
      for_all_fields([&](framing_fields const& f) {
        framing const r = frame_request(m, v.major, v.minor, f);
        CHECK(r.invalid_transfer_encoding == (f.transfer_encoding && !f.chunked));
        CHECK((r.body == body_kind::chunked) == f.chunked);
        CHECK((r.body == body_kind::length) == (!f.transfer_encoding && f.content_length > 0));
        CHECK(r.body != body_kind::until_close);
        CHECK(r.content_length == (r.body == body_kind::length ? f.content_length : 0));
        CHECK(r.upgrade == ((f.upgrade && f.connection_upgrade) || m == method::connect));
        bool const http11 = v.major == 1 && v.minor == 1;
        CHECK(r.should_keep_alive == (http11 ? !f.connection_close : f.connection_keep_alive));

        framing const lenient = frame_request(m, v.major, v.minor, f, true);
        CHECK(!lenient.invalid_transfer_encoding);
        CHECK((lenient.body == body_kind::until_close) == (f.transfer_encoding && !f.chunked));
      });
    }
  }
}

TEST_CASE(
    "body framing: responses by method, status, version, Content-Length, Transfer-Encoding and "
    "Connection") {
  for (method const m : methods) {
    for (int const status : statuses) {
      for (version const v : versions) {
        for_all_fields([&](framing_fields const& f) {
          framing const r = frame_response(m, status, v.major, v.minor, f);
          CHECK(r.body == response_body(m, status, f));
          CHECK(r.content_length == (r.body == body_kind::length ? f.content_length : 0));
          CHECK(!r.invalid_transfer_encoding);
          CHECK(r.upgrade == (status == 101 && f.upgrade && f.connection_upgrade));
          bool const http11 = v.major == 1 && v.minor == 1;
          if (http11 ? f.connection_close : !f.connection_keep_alive) {
            CHECK(!r.should_keep_alive);
          }
          if (r.body == body_kind::until_close || (f.transfer_encoding && !http11)) {
            CHECK(!r.should_keep_alive);
          }
          if (http11 && !f.connection_close &&
              (r.body == body_kind::chunked || r.body == body_kind::length)) {
            CHECK(r.should_keep_alive);
          }
        });
      }
    }
  }
}

TEST_CASE("body framing: a response to HEAD without a framing field closes the connection") {
  CHECK(!frame_response(method::head, 200, 1, 1, {}).should_keep_alive);
  framing_fields f;
  f.content_length_seen = true;
  CHECK(frame_response(method::head, 200, 1, 1, f).should_keep_alive);
}

}  // namespace unit_message_body_framing
