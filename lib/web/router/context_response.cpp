// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/hex.hpp"
#include "web/vocabulary/invalid.hpp"
#include "web/vocabulary/tokens.hpp"

#include <anode/web/context.hpp>

namespace anode::web {
namespace {

/// Returns a URL with escapes for the bytes that no URL has.
std::string escaped_url(std::string_view url) {
  std::string out;
  out.reserve(url.size());
  for (char const c : url) {
    auto const byte = static_cast<unsigned char>(c);
    bool const forbidden = byte <= 0x20 || byte >= 0x7F ||
                           std::string_view("\"<>\\^`{|}").find(c) != std::string_view::npos;
    if (forbidden) {
      append_escape(out, c);
    } else {
      out += c;
    }
  }
  return out;
}

/// Returns whether a location that a client chose stays at the same origin.
bool is_local(std::string_view location) noexcept {
  if (!location.starts_with('/') || location.starts_with("//") || location.starts_with("/\\")) {
    return false;
  }
  // Browsers remove tabs and line ends before they read a URL.
  for (char const c : location) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      return false;
    }
  }
  return true;
}

}  // namespace

/// Sets the Content-Length of a response to HEAD, which has no body that would tell it.
void context::announce_length(std::size_t size) {
  if (method() == "HEAD" && !res_.has_header("Content-Length")) {
    res_.set_header("Content-Length", size);
  }
}

void context::prepare_text(std::size_t size) {
  announce_length(size);
  if (!res_.has_header("Content-Type")) {
    res_.set_header("Content-Type", "text/plain; charset=utf-8");
  }
}

write_operation context::send(std::string_view text) {
  prepare_text(text.size());
  return res_.end(text);
}

write_operation context::send_json_text(std::string&& text) {
  if (!res_.has_header("Content-Type")) {
    res_.set_header("Content-Type", "application/json");
  }
  announce_length(text.size());
  return res_.end(std::move(text));
}

context& context::vary(std::string_view name) {
  std::string value;
  if (auto const present = res_.get_header("Vary")) {
    value = present->text();
  }
  add_vary(value, name);
  return set("Vary", value);
}

write_operation context::redirect(std::string_view location, int status) {
  if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) {
    throw_invalid("The status of a redirect must be 301, 302, 303, 307 or 308, not " +
                  std::to_string(status));
  }
  this->status(status).set("Location", escaped_url(location));
  return end();
}

write_operation context::redirect_back(std::string_view location, std::string_view fallback,
                                       int status) {
  return redirect(is_local(location) ? location : fallback, status);
}

}  // namespace anode::web
