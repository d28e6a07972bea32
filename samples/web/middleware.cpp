// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Layers around handlers: those of the library, one of the program, and a part with a password.

#include "serve_app.hpp"

#include <anode/web/middleware.hpp>

#include <stdexcept>

namespace http = anode::http;
namespace net = boost::asio;
namespace web = anode::web;

// A layer of the program: logs who did what below /admin, and how it ended.
net::awaitable<void> audit(web::context& c, web::next next) {
  auto const log = [&c](std::string_view end) {
    fmt::print(stderr, "{}: {} {}: {}\n", c.get<web::user>()->name, c.method(), c.route(), end);
  };
  try {
    co_await next();
    log("done");
  } catch (std::exception const& e) {
    log(e.what());
    throw;
  }
}

int main(int argc, char** argv) {
  std::string origin = "https://app.example";
  std::string password = "secret";
  unsigned rate = 600;
  samples::options line{"middleware", "Handlers inside of layers."};
  line.add("--origin", "ORIGIN", origin, "whose scripts may read responses (https://app.example)")
      .add("--password", "TEXT", password, "password of the user admin (secret)")
      .add("--rate", "NUMBER", rate, "requests of an address in a minute (600)");
  return samples::serve_app(line, argc, argv, [&](web::router& app) {
    web::metrics const metrics;
    app.use(web::access_log([](std::string_view text) {
      fmt::print("{}\n", text);
      std::fflush(stdout);
    }));
    app.use(metrics.layer()).use(web::request_ids()).use(web::security_headers());
    app.use(web::cors(web::cors_options().origin(origin)));
    app.use(web::rate_limit(web::rate_options(rate, std::chrono::minutes(1))));
    app.use(web::timeout(std::chrono::seconds(10)));
    app.use(web::map_error<std::out_of_range>(
        [](auto const& e) { return web::http_error(404, e.what()); }));
    app.get("/", [](web::context& c) { c.send("Hello!\n"); });
    app.get("/missing", [](web::context&) { throw std::out_of_range("There is no such thing"); });
    app.get("/core", [](http::incoming_message&, http::server_response& res) {
      res.end("A handler of http::server runs in the same layers.\n");
    });

    web::router admin;
    admin.use(web::basic_auth("admin", [&](std::string_view name, std::string_view text) {
      return web::equal_constant_time(text, password) && name == "admin";
    }));
    admin.use(audit);
    admin.get("/visits", [](web::context& c) {
      auto const visits = std::strtoul(c.cookie("visits").value_or("0").c_str(), nullptr, 10) + 1;
      c.set_cookie(web::set_cookie("visits", std::to_string(visits)).path("/admin").http_only());
      c.send(fmt::format("visit {} of {}\n", visits, c.get<web::user>()->name));
    });
    admin.get("/metrics", [metrics](web::context& c) { c.send(metrics.text()); });
    app.mount("/admin", admin);
  });
}
