// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/client/fetch_failure.hpp"
#include "web/client/fetch_response_state.hpp"
#include "web/client/redirect.hpp"
#include "web/client/saved_body.hpp"

#include <anode/error.hpp>

#include <charconv>
#include <utility>

namespace anode::web {

namespace {

using state_ptr = std::shared_ptr<fetch_response_state>;

fetch_response_state& require_response(state_ptr const& state) {
  if (!state) {
    throw http::exception(http::error::invalid_this, "The response is an empty handle");
  }
  return *state;
}

std::optional<std::uint64_t> content_length_of(http::incoming_message const& response) {
  auto const text = response.headers().get("content-length");
  std::uint64_t value = 0;
  if (!text || text->empty()) {
    return std::nullopt;
  }
  auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  return error == std::errc() && end == text->data() + text->size() ? std::optional(value)
                                                                    : std::nullopt;
}

// Returns the bytes of the body as received, if they are known.
std::optional<std::uint64_t> total_of(fetch_response_state const& s) {
  return s.has_body ? content_length_of(s.message) : std::nullopt;
}

fetch_error response_failure(fetch_response_state& s, http::request_error const& cause,
                             fetch_failure kind) {
  return {cause, kind, url_of(s), s.redirects, s.attempts, s.message.status_code()};
}

// The codings are looked up by the first read, whose error says more than one of the fetch.
void begin_body(fetch_response_state& s) {
  s.begun = true;
  if (!s.content_encoding.empty() && !s.decoder) {
    s.decoder.emplace(s.known, s.content_encoding, s.limits);
  }
}

net::awaitable<std::optional<std::string_view>> read_received(state_ptr s) {
  auto const piece = co_await s->message.read();
  if (piece) {
    s->received += piece->size();
    if (s->progress) {
      // The function may replace itself.
      progress_function const report = s->progress;
      report(s->received, total_of(*s));
    }
  }
  co_return piece;
}

net::awaitable<std::optional<std::string_view>> read_decoded(state_ptr s) {
  begin_body(*s);
  if (!s->decoder) {
    co_return co_await read_received(s);
  }
  while (!s->ended) {
    std::string_view const data = s->decoder->next();
    if (!data.empty()) {
      co_return data;
    }
    auto const piece = co_await read_received(s);
    if (piece) {
      s->decoder->feed(*piece);
    } else {
      s->ended = true;
      // A body without a byte is empty, not cut.
      if (s->received != 0) {
        s->decoder->finish();
      }
    }
  }
  co_return std::nullopt;
}

net::awaitable<std::optional<std::string_view>> read_checked(state_ptr s) {
  try {
    co_return co_await read_decoded(s);
  } catch (http::request_error const& e) {
    throw response_failure(*s, e, failure_of(e));
  } catch (coding_error const& e) {
    s->ended = true;
    s->message.destroy();
    throw response_failure(
        *s,
        protocol_failure("The response cannot be decoded: " + std::string(e.what()),
                         http::request_phase::body),
        fetch_failure::decoding);
  }
}

void require_unread(fetch_response_state const& s) {
  if (s.begun) {
    throw http::exception(http::error::invalid_state, "The body was read already");
  }
}

net::awaitable<std::string> read_whole(state_ptr s, std::size_t limit) {
  require_unread(*s);
  if (s->content_encoding.empty() && !s->progress) {
    s->begun = true;
    try {
      co_return co_await s->message.text(limit);
    } catch (http::request_error const& e) {
      throw response_failure(*s, e, failure_of(e));
    }
  }
  std::string text;
  while (auto const piece = co_await read_checked(s)) {
    if (piece->size() > limit - text.size()) {
      throw http::exception(http::error::body_too_large,
                            "The body has more than " + std::to_string(limit) + " bytes");
    }
    text += *piece;
  }
  co_return text;
}

net::awaitable<std::uint64_t> save_body(state_ptr s, std::filesystem::path path) {
  require_unread(*s);
  saved_body file(s->message.get_executor(), std::move(path));
  co_await file.create();
  while (auto const piece = co_await read_checked(s)) {
    co_await file.write(*piece);
  }
  co_return co_await file.commit();
}

}  // namespace

std::string const& url_of(fetch_response_state& s) {
  if (!s.url_is_final) {
    http::request_options parts;
    parts.set_url(s.url);
    s.url = url_text(parts) + std::string(fragment_of(s.url));
    s.url_is_final = true;
  }
  return s.url;
}

fetch_response::fetch_response() noexcept = default;
fetch_response::fetch_response(std::shared_ptr<fetch_response_state> state) noexcept
    : state_(std::move(state)) {}
fetch_response::fetch_response(fetch_response&&) noexcept = default;
fetch_response& fetch_response::operator=(fetch_response&&) noexcept = default;
fetch_response::~fetch_response() = default;

int fetch_response::status() const { return require_response(state_).message.status_code(); }

std::string_view fetch_response::status_message() const {
  return require_response(state_).message.status_message();
}

fetch_response& fetch_response::raise_for_status() {
  fetch_response_state& s = require_response(state_);
  if (!ok()) {
    std::string const text =
        std::to_string(status()) + " " + std::string(status_message()) + ": " + url_of(s);
    throw response_failure(s, protocol_failure(text, http::request_phase::body),
                           fetch_failure::status);
  }
  return *this;
}

std::string const& fetch_response::url() const { return url_of(require_response(state_)); }

unsigned fetch_response::redirects() const { return require_response(state_).redirects; }

unsigned fetch_response::attempts() const { return require_response(state_).attempts; }

http::merged_headers const& fetch_response::headers() const {
  return require_response(state_).message.headers();
}

std::optional<std::string_view> fetch_response::header(std::string_view name) const {
  return headers().get(name);
}

std::optional<std::uint64_t> fetch_response::length() const {
  fetch_response_state const& s = require_response(state_);
  return s.content_encoding.empty() ? total_of(s) : std::nullopt;
}

http::incoming_message& fetch_response::message() { return require_response(state_).message; }

fetch_response& fetch_response::on_progress(progress_function f) {
  require_response(state_).progress = std::move(f);
  return *this;
}

net::awaitable<std::optional<std::string_view>> fetch_response::read() {
  require_response(state_);
  return read_checked(state_);
}

net::awaitable<std::string> fetch_response::text(std::size_t limit) {
  require_response(state_);
  return read_whole(state_, limit);
}

net::awaitable<std::uint64_t> fetch_response::save(std::filesystem::path const& path) {
  require_response(state_);
  return save_body(state_, path);
}

net::awaitable<std::uint64_t> fetch_response::save(std::filesystem::path const& path,
                                                   progress_function progress) {
  on_progress(std::move(progress));
  return save(path);
}

}  // namespace anode::web
