// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/routing/method.hpp"

#include <anode/web/access_log.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>

namespace anode::web {
namespace {

/// Returns "2xx" and so on; "aborted" if no head was sent.
std::string_view status_class(int status) noexcept {
  constexpr std::array<std::string_view, 6> names{"aborted", "1xx", "2xx", "3xx", "4xx", "5xx"};
  auto const index = static_cast<std::size_t>(status / 100);
  return index < names.size() ? names[index] : std::string_view("other");
}

std::string_view method_label(std::string_view method) noexcept {
  method_id const id = method_of(method);
  return id == method_id::other ? std::string_view("other")
                                : method_names[static_cast<std::size_t>(id)];
}

/// Appends the value of a label. Patterns are texts of the program, and can have any character.
void append_label(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += "=\"";
  for (char const c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

struct metrics::counters {
  struct entry {
    std::uint64_t requests = 0;
    std::uint64_t body_bytes = 0;
    std::chrono::steady_clock::duration duration{};
  };

  // By route, method and class of status.
  std::map<std::tuple<std::string, std::string_view, std::string_view>, entry> entries;
  std::mutex lock;
};

metrics::metrics() : counters_(std::make_shared<counters>()) {}

web::layer metrics::layer() const {
  return [to = counters_](context& c, next rest) -> net::awaitable<void> {
    c.on_done([to](context& of, done_facts const& facts) {
      std::lock_guard const guard(to->lock);
      counters::entry& e = to->entries[{std::string(of.route()), method_label(of.method()),
                                        status_class(facts.status)}];
      ++e.requests;
      e.body_bytes += facts.body_bytes;
      e.duration += facts.duration;
    });
    return rest();
  };
}

std::string metrics::text() const {
  std::string requests = "# TYPE http_requests_total counter\n";
  std::string seconds = "# TYPE http_request_duration_seconds_sum counter\n";
  std::string bytes = "# TYPE http_response_body_bytes_total counter\n";
  std::lock_guard const guard(counters_->lock);
  for (auto const& [key, e] : counters_->entries) {
    std::string labels = "{";
    append_label(labels, "route", std::get<0>(key));
    append_label(labels, ",method", std::get<1>(key));
    append_label(labels, ",status", std::get<2>(key));
    labels += "} ";
    requests += "http_requests_total" + labels + std::to_string(e.requests) + '\n';
    seconds += "http_request_duration_seconds_sum" + labels +
               std::to_string(std::chrono::duration<double>(e.duration).count()) + '\n';
    bytes += "http_response_body_bytes_total" + labels + std::to_string(e.body_bytes) + '\n';
  }
  return requests + seconds + bytes;
}

}  // namespace anode::web
