// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/router/context_rare.hpp"
#include "web/router/dispatcher.hpp"
#include "web/vocabulary/json_text.hpp"
#include "web/vocabulary/log_text.hpp"

#include <anode/error.hpp>
#include <anode/status.hpp>
#include <anode/web/error.hpp>
#include <anode/web/media_type.hpp>

#include <boost/system/system_error.hpp>

#include <array>
#include <cstdio>

namespace anode::web {
namespace {

int valid_status(int status) noexcept { return status >= 400 && status <= 599 ? status : 500; }

std::string message(int status, std::string_view detail) {
  std::string out = std::to_string(status) + " " + std::string(http::reason_phrase(status));
  if (!detail.empty()) {
    out += ": ";
    out += detail;
  }
  return out;
}

/// The headers that describe a body, which an error replaces by its own.
constexpr std::array<std::string_view, 15> body_headers{"Content-Type",
                                                        "Content-Length",
                                                        "Content-Encoding",
                                                        "Content-Language",
                                                        "Content-Location",
                                                        "Content-Range",
                                                        "Accept-Ranges",
                                                        "Content-Disposition",
                                                        "ETag",
                                                        "Last-Modified",
                                                        "Cache-Control",
                                                        "Expires",
                                                        "Transfer-Encoding",
                                                        "Trailer",
                                                        "Location"};

/// Writes one line to standard error.
void print(context const& c, char const* what) noexcept {
  try {
    std::string line = "anode: ";
    append_log_text(line, c.method());
    line += ' ';
    append_log_text(line, c.path());
    line += ": ";
    line += what;
    line += '\n';
    std::fputs(line.c_str(), stderr);
  } catch (...) {
    std::fputs("anode: an exception in a handler\n", stderr);
  }
}

/// Returns whether the client prefers a page to JSON.
bool prefers_html(context const& c) {
  constexpr std::array<std::string_view, 2> offers{"application/problem+json", "text/html"};
  return accept_type(c.header("accept"), offers) == "text/html";
}

}  // namespace

http_error::http_error(int status, std::string_view detail)
    : std::runtime_error(message(valid_status(status), detail)),
      status_(valid_status(status)),
      detail_(detail) {}

http_error& http_error::header(std::string_view name, http::header_value_ref value) {
  headers_.append(name, value);
  return *this;
}

std::string problem_json(http_error const& error) {
  std::string out = "{\"status\":" + std::to_string(error.status());
  if (std::string_view const title = http::reason_phrase(error.status()); !title.empty()) {
    out += ",\"title\":";
    append_json_string(out, title);
  }
  if (!error.detail().empty()) {
    out += ",\"detail\":";
    append_json_string(out, error.detail());
  }
  return out + "}";
}

void context::fail(http_error const& error) {
  if (res_.headers_sent()) {
    res_.destroy();
    return;
  }
  for (std::string_view const name : body_headers) {
    if (res_.has_header(name)) {
      res_.remove_header(name);
    }
  }
  auto const& page = table_->settings.error_page;
  std::string body;
  if (page) {
    vary("Accept");
  }
  if (page && prefers_html(*this)) {
    try {
      body = page(*this, error);
      type("text/html; charset=utf-8");
    } catch (...) {
      detail::dispatcher::report(*this, std::current_exception());
    }
  }
  if (body.empty()) {
    body = problem_json(error);
    type("application/problem+json");
  }
  status(error.status());
  for (auto const& h : error.headers()) {
    append(h.name, h.value);
  }
  // Explicitly, because removing a header of this name disables the automatic one.
  set("Content-Length", body.size());
  res_.end(std::move(body));
}

namespace detail {

void dispatcher::report(context& c, std::exception_ptr const& error) noexcept {
  try {
    auto const& listeners = c.table_->settings.error_listeners;
    for (auto const& listener : listeners) {
      listener(c, error);
    }
    if (listeners.empty()) {
      std::rethrow_exception(error);
    }
  } catch (std::exception const& e) {
    print(c, e.what());
  } catch (...) {
    print(c, "an exception of an unknown type");
  }
}

void dispatcher::answer_exception(context& c, std::exception_ptr const& error) noexcept {
  if (c.res_.destroyed()) {
    return;  // the client has disconnected; later errors follow from it
  }
  bool const late = c.res_.headers_sent();
  try {
    try {
      std::rethrow_exception(error);
    } catch (http_error const& e) {
      c.fail(e);
      if (late) {
        report(c, error);
      }
    } catch (boost::system::system_error const& e) {
      if (e.code() != http::error::body_too_large || late) {
        throw;
      }
      c.fail(http_error(413, "The body of the request is too large"));
    }
  } catch (...) {
    try {
      c.fail(http_error(500));
    } catch (...) {
      c.res_.destroy();
    }
    report(c, error);
  }
}

}  // namespace detail

}  // namespace anode::web
