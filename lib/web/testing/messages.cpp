// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/testing/messages.hpp"

#include "web/vocabulary/tokens.hpp"

namespace anode::web::testing {

namespace {

std::string_view find_line(header_lines const& lines, std::string_view name) noexcept {
  for (auto const& [n, value] : lines) {
    if (equal_nocase(n, name)) {
      return value;
    }
  }
  return {};
}

net::awaitable<response> fetch_whole(web::client from, std::string url, fetch_options options) {
  fetch_response res = co_await from.fetch(url, options);
  std::string body = co_await res.text(most_test_body);
  co_return response(res.status(), lines_of(res.message()), std::move(body));
}

}  // namespace

header_lines lines_of(http::incoming_message const& m) {
  header_lines out;
  for (auto const field : m.headers()) {
    out.emplace_back(field.name, field.value);
  }
  return out;
}

std::string_view response::header(std::string_view name) const noexcept {
  return find_line(headers_, name);
}

std::string_view received_request::header(std::string_view name) const noexcept {
  return find_line(headers_, name);
}

response fetch(event_loop& loop, web::client& from, std::string_view url,
               fetch_options const& options) {
  return run(loop, fetch_whole(from, std::string(url), options));
}

}  // namespace anode::web::testing
