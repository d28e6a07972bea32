// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Code around a handler, made of functions that take a handler and return one: request id, log
// line, security headers, authentication. They share data through the request.

#include "serve.hpp"

#include <exception>

namespace http = anode::http;
namespace net = boost::asio;

namespace {

using handler =
    std::function<net::awaitable<void>(http::incoming_message&, http::server_response&)>;

// What the layers know about a request.
struct request_info {
  std::uint64_t id;
  std::string user;
};

handler with_id(handler next) {
  return [next = std::move(next), id = std::uint64_t{0}](auto& req, auto& res) mutable {
    req.template emplace_data<request_info>(request_info{++id, {}});
    res.set_header("X-Request-Id", id);
    return next(req, res);
  };
}

handler with_log(handler next) {
  return [next = std::move(next)](http::incoming_message& req, http::server_response& res) {
    res.on_done([&req](http::exchange_facts const& facts) {
      auto const& info = *req.data<request_info>();
      auto const took = facts.finished - facts.received;
      fmt::print("{} {} {} {} {} bytes {} us{}\n", info.id, info.user.empty() ? "-" : info.user,
                 req.method(), req.path(), facts.body_bytes,
                 std::chrono::duration_cast<std::chrono::microseconds>(took).count(),
                 facts.aborted ? " aborted" : "");
      std::fflush(stdout);
    });
    return next(req, res);
  };
}

handler with_security_headers(handler next) {
  return [next = std::move(next)](http::incoming_message& req, http::server_response& res) {
    res.on_head([&res](std::optional<std::uint64_t>) {
      res.set_header("X-Content-Type-Options", "nosniff");
      if (!res.has_header("Cache-Control")) {
        res.set_header("Cache-Control", "no-store");
      }
    });
    return next(req, res);
  };
}

handler with_user(handler next) {
  return [next = std::move(next)](http::incoming_message& req,
                                  http::server_response& res) -> net::awaitable<void> {
    // "me:secret" in base64; a real program looks the user up and compares in constant time
    if (req.headers().get("Authorization") != "Basic bWU6c2VjcmV0") {
      res.set_header("WWW-Authenticate", "Basic realm=\"sample\"").set_status_code(401);
      co_return;  // the server ends the response
    }
    req.data<request_info>()->user = "me";
    co_await next(req, res);
  };
}

net::awaitable<void> greet(http::incoming_message& req, http::server_response& res) {
  co_await res.end(fmt::format("Hello {}!\n", req.data<request_info>()->user));
}

}  // namespace

int main(int argc, char** argv) try {
  samples::serve_options at;
  samples::options{"middleware", "A handler inside of four layers."}.add(at).parse(argc, argv);
  net::io_context io{1};
  http::server server{io.get_executor(),
                      with_id(with_log(with_security_headers(with_user(greet))))};
  samples::serve(io, server, at);
} catch (std::exception const& e) {
  fmt::print(stderr, "middleware: {}\n", e.what());
  return EXIT_FAILURE;
}
