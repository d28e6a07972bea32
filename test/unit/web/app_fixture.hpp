// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/server.hpp>
#include <anode/testing.hpp>
#include <anode/web/router.hpp>

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace test_web {

/// A response in parts.
struct answer {
  int status = 0;
  std::string head{};
  std::string body{};

  /// Returns the value of the first field line of that name, spelled so; "none" if there is none.
  std::string header(std::string_view name) const {
    std::string const mark = "\r\n" + std::string(name) + ": ";
    std::size_t const at = head.find(mark);
    if (at == std::string::npos) {
      return "none";
    }
    std::size_t const begin = at + mark.size();
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }

  /// Returns status and body as one text.
  std::string text() const { return std::to_string(status) + " " + body; }
};

/// A router behind a server in memory. Each request has a connection of its own.
class app_fixture {
public:
  anode::testing::event_loop loop;
  anode::web::router app;
  std::vector<std::string> errors;  // reported by the router
  std::optional<anode::http::server> server;

  app_fixture() {
    app.on_error([this](anode::web::context&, std::exception_ptr e) {
      try {
        std::rethrow_exception(e);
      } catch (std::exception const& x) {
        errors.emplace_back(x.what());
      } catch (...) {
        errors.emplace_back("unknown");
      }
    });
  }

  /// Connects to the server, which the first call starts.
  anode::testing::peer connect() {
    if (!server) {
      server.emplace(loop.get_executor(), app);
    }
    return loop.connect(*server);
  }

  /// Sends a request and returns its response.
  /// @param headers lines that end with CR LF.
  answer ask(std::string_view method, std::string_view target, std::string_view headers = {},
             std::string_view body = {}) {
    anode::testing::peer client = connect();
    client.send(request(method, target, headers, body));
    return parse(client.take());
  }

  /// Returns the status and the body of a GET request.
  std::string get(std::string_view target) { return ask("GET", target).text(); }

  static std::string request(std::string_view method, std::string_view target,
                             std::string_view headers = {}, std::string_view body = {}) {
    std::string out = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
    if (headers.find("Host:") == std::string_view::npos) {
      out += "Host: test\r\n";
    }
    out += headers;
    if (!body.empty()) {
      out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    out += "\r\n";
    out += body;
    return out;
  }

  static answer parse(std::string const& bytes) {
    answer out;
    std::size_t const end = bytes.find("\r\n\r\n");
    if (bytes.size() < 12 || end == std::string::npos) {
      return out;
    }
    out.status = std::stoi(bytes.substr(9, 3));
    out.head = bytes.substr(0, end + 2);
    out.body = bytes.substr(end + 4);
    return out;
  }
};

}  // namespace test_web
