// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The body of a request as text, JSON and form.
#include "web/router/context_rare.hpp"
#include "web/vocabulary/tokens.hpp"

#include <anode/error.hpp>
#include <anode/web/coding.hpp>
#include <anode/web/context.hpp>
#include <anode/web/media_type.hpp>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

namespace anode::web {
namespace {

/// The default limits in bytes, and the largest number of fields of a form.
constexpr std::size_t text_limit = std::size_t{1024} * 1024;
constexpr std::size_t form_limit = std::size_t{64} * 1024;
constexpr std::size_t most_form_fields = 1000;

/// Returns whether a value of Content-Encoding names no coding.
bool is_identity(std::string_view coding) noexcept {
  return coding.empty() || equal_nocase(coding, "identity");
}

[[noreturn]] void refuse_large(std::size_t limit) {
  throw http_error(413,
                   "The body of the request has more than " + std::to_string(limit) + " bytes");
}

}  // namespace

std::size_t context::limit_of(std::size_t asked, std::size_t usual) const noexcept {
  std::size_t const most = rare_ != nullptr ? rare_->body_limit : 0;
  std::size_t const own = asked != 0 ? asked : usual;
  return most != 0 ? std::min(own, most) : own;
}

context& context::decode_body(codings const& known, decoding_limits const& limits) {
  std::string_view const names = header("content-encoding");
  if (is_identity(names)) {
    return *this;
  }
  rare& r = more();
  if (r.decoder != nullptr && r.decoder->begun()) {
    throw http::exception(http::error::invalid_state, "Decoding of the body has begun");
  }
  r.decoder = std::make_unique<body_decoder>(known, names, limits);
  return *this;
}

void context::refuse_coded_body() const {
  if ((rare_ == nullptr || rare_->decoder == nullptr) && !is_identity(header("content-encoding"))) {
    http_error e(415, "The coding of the body is not supported");
    e.header("Accept-Encoding", "identity");
    throw e;
  }
}

/// Refuses a body whose announced length is over the limit. The length of a coded body says
/// nothing.
void context::refuse_long_body(std::size_t limit) const {
  std::string_view const text = header("content-length");
  std::uint64_t length = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  bool const coded = rare_ != nullptr && rare_->decoder != nullptr;
  if (!coded && !text.empty() && (error != std::errc() || length > limit)) {
    refuse_large(limit);
  }
}

net::awaitable<std::string> context::text(std::size_t limit) {
  refuse_coded_body();
  std::size_t const most = limit_of(limit, text_limit);
  refuse_long_body(most);
  return read_text(anode::detail::ptr<context>(this), most);
}

net::awaitable<std::string> context::read_text(anode::detail::ptr<context> self,
                                               std::size_t limit) {
  if (self->rare_ != nullptr && self->rare_->decoder != nullptr) {
    co_return co_await read_decoded_text(self, limit);
  }
  bool large = false;
  try {
    co_return co_await self->req_.text(limit);
  } catch (boost::system::system_error const& e) {
    large = e.code() == http::error::body_too_large;
    if (!large) {
      throw;
    }
  }
  refuse_large(limit);
}

net::awaitable<std::string> context::read_decoded_text(anode::detail::ptr<context> self,
                                                       std::size_t limit) {
  body_decoder& decoder = *self->rare_->decoder;
  if (decoder.ended()) {
    throw http::exception(http::error::invalid_state, "The body was read already");
  }
  std::string text;
  while (auto const piece = co_await body_decoder::read(self, decoder, self->req_)) {
    if (piece->size() > limit - text.size()) {
      refuse_large(limit);
    }
    text += *piece;
  }
  co_return text;
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
  return read_form(anode::detail::ptr<context>(this), most);
}

net::awaitable<form_fields> context::read_form(anode::detail::ptr<context> self,
                                               std::size_t limit) {
  std::string const text = co_await read_text(std::move(self), limit);
  form_fields fields = form_fields::parse(text);
  if (fields.size() > most_form_fields) {
    throw http_error(413, "The form has more than 1000 fields");
  }
  co_return fields;
}

net::awaitable<std::optional<std::string_view>> context::read() {
  refuse_coded_body();
  bool const limited = rare_ != nullptr && rare_->body_limit != 0;
  if (limited) {
    refuse_long_body(rare_->body_limit);
  } else if (rare_ == nullptr || rare_->decoder == nullptr) {
    return req_.read();
  }
  return read_limited(anode::detail::ptr<context>(this));
}

/// Reads the next segment, decoded if a layer decodes the body.
net::awaitable<std::optional<std::string_view>> context::read_limited(
    anode::detail::ptr<context> self) {
  rare& r = self->more();
  std::optional<std::string_view> part;
  if (r.decoder != nullptr) {
    part = co_await body_decoder::read(self, *r.decoder, self->req_);
  } else {
    part = co_await self->req_.read();
  }
  r.body_read += part ? part->size() : 0;
  if (r.body_limit != 0 && r.body_read > r.body_limit) {
    refuse_large(r.body_limit);
  }
  co_return part;
}

}  // namespace anode::web
