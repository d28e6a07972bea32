// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Compares the bytes that a client of a fuzzed server receives with those that the handlers wrote.
#pragma once

#include "server_acts.hpp"
#include "wire.hpp"
#include "world.hpp"

#include <memory>
#include <set>
#include <string_view>
#include <vector>

namespace anode::test {

/// Checks the responses of a connection: correctly framed, in the order of their requests, for
/// requests of this connection, and with the bodies that were written.
/// @param limited whether the connection has a limit of requests, above which the server answers
///   503, or 400 to invalid requests, or leaves HTTP, as Node does
/// @return the numbers of the complete responses
inline std::set<unsigned> check_responses(std::string_view bytes,
                                          std::vector<std::shared_ptr<served>> const& handlers,
                                          int connection, bool limited) {
  std::set<unsigned> whole;
  wire_reader reader(bytes);
  unsigned last = 0;
  bool closed = false;
  while (!reader.rest().empty()) {
    wire_message m;
    if (!reader.head(m)) {
      break;
    }
    unsigned const serial = m.number("X-Serial");
    bool const leaves = limited && m.status() == 101 && serial != 0;
    expect(!closed || (serial == 0 && m.status() >= 400) || leaves,
           "nothing but refusals behind the last response");
    if (serial == 0) {
      // Made by the library, or informational.
      reader.made_body(m);
      expect(m.status() != 101, "no 101 that nobody has written");
      if (m.status() / 100 == 1) {
        continue;
      }
      // 500 for a handler that throws, 413 if it throws because the body is larger than its limit.
      expect(m.body.empty() || (m.status() == 500 && m.body == "Internal Server Error") ||
                 (m.status() == 413 && m.body == "Payload Too Large"),
             "a body that the library makes");
    } else {
      expect(serial <= handlers.size(), "a response of a handler");
      served const& x = *handlers[serial - 1];
      expect(serial > last, "responses in the order of their requests");
      expect(x.connection < 0 || x.connection == connection,
             "a response on the connection of its request");
      last = serial;
      if (x.left_http) {
        break;
      }
      int const status = m.status();
      reader.response_body(m, x.method == "HEAD");
      if (x.method != "HEAD" && status != 204 && status != 304) {
        expect(m.complete ? m.body == x.written : x.written.starts_with(m.body),
               "a body as it was written");
      }
      if (m.complete || m.until_close) {
        whole.insert(serial);
      } else {
        expect(reader.rest().empty(), "nothing behind a response that is cut off");
      }
    }
    if (m.field("Connection") == "close") {
      closed = true;
      expect(limited || reader.rest().empty(), "nothing behind the last response");
    }
  }
  return whole;
}

}  // namespace anode::test
