// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/http_date.hpp"
#include "web/vocabulary/log_text.hpp"

#include <anode/web/access_log.hpp>
#include <anode/web/authentication.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace anode::web {
namespace {

std::string text_or_dash(std::string_view text) { return text.empty() ? "-" : std::string(text); }

/// Returns a line in the combined log format.
std::string line_of(context& c, std::string const& client, done_facts const& facts,
                    std::chrono::sys_seconds now) {
  user const* const who = c.get<user>();
  std::string out = text_or_dash(client);
  out += " - ";
  append_log_text(out, who != nullptr ? text_or_dash(who->name) : "-");
  out += " [" + format_log_time(now) + "] \"";
  append_log_text(out, c.method());
  out += ' ';
  append_log_text(out, c.req().url());
  out += " HTTP/" + c.req().http_version() + "\" " + std::to_string(facts.status) + ' ' +
         std::to_string(facts.body_bytes) + " \"";
  append_log_text(out, text_or_dash(c.header("referer")));
  out += "\" \"";
  append_log_text(out, text_or_dash(c.header("user-agent")));
  out += "\" ";
  append_seconds(out, facts.duration);
  return out;
}

}  // namespace

layer access_log(std::function<void(std::string_view)> write) {
  // Listeners refer to the function, and can outlive the layer.
  auto const shared =
      std::make_shared<std::function<void(std::string_view)> const>(std::move(write));
  return [shared](context& c, next rest) -> net::awaitable<void> {
    // The address is not known any more when the connection is lost.
    c.on_done([shared, client = c.client_address()](context& of, done_facts const& facts) {
      auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
      (*shared)(line_of(of, client, facts, now));
    });
    return rest();
  };
}

}  // namespace anode::web
