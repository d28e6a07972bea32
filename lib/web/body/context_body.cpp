// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The body of a request as text, JSON and form.
#include "web/router/context_rare.hpp"
#include "web/vocabulary/tokens.hpp"

#include <anode/error.hpp>
#include <anode/web/context.hpp>
#include <anode/web/media_type.hpp>

#include <charconv>
#include <limits>

namespace anode::web {
namespace {

/// The default limits in bytes, and the largest number of fields of a form.
constexpr std::size_t text_limit = std::size_t{1024} * 1024;
constexpr std::size_t form_limit = std::size_t{64} * 1024;
constexpr std::size_t most_form_fields = 1000;

[[noreturn]] void refuse_large(std::size_t limit) {
  throw http_error(413,
                   "The body of the request has more than " + std::to_string(limit) + " bytes");
}

}  // namespace

std::size_t context::limit_of(std::size_t asked, std::size_t usual) const noexcept {
  if (asked != 0) {
    return asked;
  }
  return rare_ != nullptr && rare_->body_limit != 0 ? rare_->body_limit : usual;
}

void context::refuse_coded_body() const {
  std::string_view const coding = header("content-encoding");
  bool const plain = coding.empty() || equal_nocase(coding, "identity");
  if (!plain && (rare_ == nullptr || !rare_->body_decoded)) {
    http_error e(415, "The coding of the body is not supported");
    e.header("Accept-Encoding", "identity");
    throw e;
  }
}

/// Refuses a body whose announced length is over the limit.
void context::refuse_long_body(std::size_t limit) const {
  std::string_view const text = header("content-length");
  std::uint64_t length = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  bool const coded = rare_ != nullptr && rare_->body_decoded;
  if (!coded && !text.empty() && (error != std::errc() || length > limit)) {
    refuse_large(limit);
  }
}

net::awaitable<std::string> context::text(std::size_t limit) {
  refuse_coded_body();
  std::size_t const most = limit_of(limit, text_limit);
  refuse_long_body(most);
  return read_text(*this, most);
}

net::awaitable<std::string> context::read_text(context& self, std::size_t limit) {
  bool large = false;
  try {
    co_return co_await self.req_.text(limit);
  } catch (boost::system::system_error const& e) {
    large = e.code() == http::error::body_too_large;
    if (!large) {
      throw;
    }
  }
  refuse_large(limit);
}

void context::require_json() const {
  auto const type = media_type::parse(header("content-type"));
  if (!type || !type->is_json()) {
    http_error e(415, "The body must be JSON");
    e.header("Accept-Post", "application/json");
    throw e;
  }
}

net::awaitable<form_fields> context::form(std::size_t limit) {
  if (!is_media_type(header("content-type"), "application/x-www-form-urlencoded")) {
    throw http_error(415, "The body must be an urlencoded form");
  }
  refuse_coded_body();
  std::size_t const most = limit_of(limit, form_limit);
  refuse_long_body(most);
  return read_form(*this, most);
}

net::awaitable<form_fields> context::read_form(context& self, std::size_t limit) {
  std::string const text = co_await read_text(self, limit);
  form_fields fields = form_fields::parse(text);
  if (fields.size() > most_form_fields) {
    throw http_error(413, "The form has more than 1000 fields");
  }
  co_return fields;
}

net::awaitable<std::optional<std::string_view>> context::read() {
  refuse_coded_body();
  if (rare_ == nullptr || rare_->body_limit == 0) {
    return req_.read();
  }
  refuse_long_body(rare_->body_limit);
  return read_limited(*this);
}

net::awaitable<std::optional<std::string_view>> context::read_limited(context& self) {
  std::optional<std::string_view> const part = co_await self.req_.read();
  rare& r = self.more();
  r.body_read += part ? part->size() : 0;
  if (r.body_read > r.body_limit) {
    refuse_large(r.body_limit);
  }
  co_return part;
}

}  // namespace anode::web
