// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
// compiles
#include "common.hpp"

struct move_only {
  std::unique_ptr<int> value = std::make_unique<int>(1);
  void operator()(http::incoming_message&, http::server_response& res) { res.end("ok"); }
};

net::awaitable<void> all(http::incoming_message& req, http::server_response& res) {
  std::string text("text");
  char const* const bytes = "bytes";
  co_await res.write("literal");
  co_await res.write(text);
  co_await res.write(text + "more");
  co_await res.write({bytes, 3});
  co_await res.write({text.begin(), text.end()});
  co_await req.socket().write(text + "more");
  req.socket().end("text");
  res.set_status_message("text").set_header("A", {"a", "b"});
  co_await res.end(co_await req.text());
}

void use(http::server& server) {
  std::unique_ptr<int> value = std::make_unique<int>(1);
  server.on_request(all);
  server.on_request(move_only{});
  server.on_request([](auto&, auto& res) { return res.end("an operation is awaited"); });
  server.on_upgrade([](auto&, anode::socket s) { s.destroy(); });
  server.on_close([v = std::move(value)] { static_cast<void>(*v); });
  server.on_close(std::function<void()>());
  server.on_close(nullptr);
}
