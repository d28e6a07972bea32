// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "conformance/server/handlers.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iostream>

namespace parity {

void log_event(std::uint16_t port, std::string_view event, json_text const& fields) {
  using namespace std::chrono;
  auto const now = duration_cast<milliseconds>(system_clock::now().time_since_epoch());
  json_text line;
  line.number("t", now.count()).number("c", port).text("e", event).members(fields);
  std::cerr << line.str() + '\n';
}

int call::number(std::size_t index) const {
  std::string const text = argument(index);
  double value = 0;
  auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  // An invalid number or a number out of range counts as 0, like a status in Node.
  bool const whole = ec == std::errc() && end == text.data() + text.size();
  return whole && std::abs(value) < 1e9 ? static_cast<int>(value) : 0;
}

void call::log(std::string_view event, json_text const& fields) const {
  log_event(port, event, json_text().number("id", id).members(fields));
}

void call::listen_to_errors() const {
  req.on_error([port = port, id = id](anode::error_code ec) {
    json_text fields;
    fields.number("id", id).text("code", http::code_name(ec)).text("message", ec.message());
    log_event(port, "req.error", fields);
  });
}

void call::log_throw(http::exception const& e) const {
  log("handler.throw", json_text().text("code", e.code_name()).text("message", e.what()));
}

handler const* find_handler(std::string_view name) {
  for (auto const table : {request_handlers(), header_handlers(), connection_header_handlers(),
                           body_handlers(), interim_handlers(), lifecycle_handlers()}) {
    auto const found = std::ranges::find(table, name, &handler::name);
    if (found != table.end()) {
      return &*found;
    }
  }
  return nullptr;
}

net::awaitable<void> pause(call& c, int milliseconds) {
  c.waited = true;
  net::steady_timer timer(c.server.get_executor(), std::chrono::milliseconds(milliseconds));
  co_await timer.async_wait(net::use_awaitable);
}

net::awaitable<std::string> collect(call& c) {
  c.waited = true;
  co_return co_await c.req.text(std::size_t{1} << 30);
}

}  // namespace parity
