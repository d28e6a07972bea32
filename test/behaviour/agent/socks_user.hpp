// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

namespace http = anode::http;
namespace testing = anode::testing;
using namespace std::string_literals;

inline constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
inline std::string const no_login = "\5\0"s;
inline std::string const granted = "\5\0\0\1\0\0\0\0\0\0"s;

inline std::string ask_for(std::string_view host, std::uint16_t port) {
  return "\5\1\0\3"s + static_cast<char>(host.size()) + std::string(host) +
         static_cast<char>(port >> 8U) + static_cast<char>(port & 0xffU);
}

/// An agent whose connections to a proxy lead to peers that the test plays.
struct socks_user {
  http::agent agent(std::string url, http::agent_options o = {}) {
    o.proxy = std::move(url);
    o.create_connection = origin.connections();
    return http::agent(loop.get_executor(), std::move(o));
  }

  /// Sends a request and records its outcome.
  http::client_request get(http::agent& from, std::string_view url,
                           http::header_list headers = {}) {
    http::client_request req = from.request("GET", url, std::move(headers));
    req.on_response([this](http::incoming_message m) {
      outcome += std::to_string(m.status_code()) + " ";
      m.dump();
    });
    req.on_request_error([this](http::request_error const& e) {
      outcome += std::string(e.code_name()) + " in " + std::string(to_string(e.phase())) + ", " +
                 std::string(to_string(e.verdict())) + ": " + e.what();
      cause = e.cause();
    });
    req.end();
    loop.settle();
    return req;
  }

  /// Returns the name of the code of the cause.
  std::string cause_name() const {
    try {
      if (cause) {
        std::rethrow_exception(cause);
      }
    } catch (boost::system::system_error const& e) {
      return std::string(http::code_name(e.code()));
    }
    return "none";
  }

  testing::event_loop loop;
  testing::origin origin{loop};
  std::string outcome;
  std::exception_ptr cause;
};

inline http::lookup_function finding(std::vector<http::lookup_address> all, std::string& asked) {
  return [all = std::move(all), &asked](std::string_view host, auto done) {
    asked += std::string(host) + " ";
    done({}, all);
  };
}

}  // namespace support
