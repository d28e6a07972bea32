// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/client/fetch_call.hpp"

#include "web/client/cookie_store.hpp"
#include "web/client/fetch_failure.hpp"
#include "web/client/fetch_response_state.hpp"
#include "web/client/redirect.hpp"
#include "web/vocabulary/invalid.hpp"
#include "web/vocabulary/tokens.hpp"

#include <anode/error.hpp>

#include <algorithm>
#include <utility>

namespace anode::web {

namespace {

// Set-Cookie headers of one response that count.
constexpr std::size_t most_set_cookies = 50;

constexpr std::uint64_t most_client_output = 1ULL << 30U;

}  // namespace

fetch_call::fetch_call(std::shared_ptr<client_state> client, std::string url,
                       fetch_options&& options)
    : client_(std::move(client)), url_(std::move(url)), options_(std::move(options)) {
  options_.complete(client_->defaults);
  begin();
}

void fetch_call::begin() {
  fetch_options::choices const& chosen = options();
  body_ = chosen.body;
  if (!chosen.method.empty() || body_) {
    method_ = chosen.method.empty() ? "POST" : chosen.method;
    // As the agent spells it, because redirects and retries depend on it.
    std::ranges::transform(method_, method_.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
  }
  if (method_ == "CONNECT") {
    throw_invalid("The method CONNECT opens a tunnel, which a fetch cannot return");
  }
  if (body_ && !body_->content_type.empty() && !chosen.headers.contains("Content-Type")) {
    options_.change().headers.append("Content-Type", body_->content_type);
  }
  offers_codings_ = !client_->known.empty() && chosen.decode.value_or(true) &&
                    !chosen.headers.contains("Accept-Encoding");
  if (offers_codings_) {
    options_.change().headers.append("Accept-Encoding", client_->known.accept_encoding());
  }
  if (options().timeout) {
    start_ = client_->clock->now();
  }
  client_->budget.add_request();
}

// Returns the target of the next request. Many requests are over before it is needed.
http::request_options& fetch_call::target() {
  if (!target_) {
    auto made = std::make_unique<http::request_options>();
    made->set_url(url_);
    fragment_ = fragment_of(url_);
    target_ = std::move(made);
  }
  return *target_;
}

// The call is in the frame of this coroutine, which is therefore kept small.
net::awaitable<fetch_response> fetch_call::run(std::shared_ptr<client_state> client,
                                               std::string url, fetch_options options) {
  fetch_call self(std::move(client), std::move(url), std::move(options));
  while (true) {
    std::optional<milliseconds> wait;
    std::optional<http::incoming_message> response;
    try {
      self.require_time();
      response = co_await self.send();
    } catch (fetch_error const&) {
      throw;
    } catch (http::request_error const& e) {
      wait = self.wait_after(e);
      if (!wait) {
        throw self.error(e, failure_of(e));
      }
    }
    if (response) {
      self.store_cookies(*response);
      wait = self.wait_after(*response);
      if (!wait && !self.follow(*response)) {
        co_return self.finish(std::move(*response));
      }
      response.reset();  // discards the body
    }
    if (wait) {
      ++self.retries_;
      co_await self.client_->clock->wait(self.client_->agent.get_executor(), *wait);
    }
  }
}

void fetch_call::require_time() {
  if (remaining() <= milliseconds(0)) {
    throw error(expired_failure(), fetch_failure::timeout);
  }
}

// Sends the request.
net::awaitable<http::incoming_message> fetch_call::send() {
  http::agent& agent = client_->agent;
  bool const plain = !target_ && options_.empty() && !client_->jar;
  if (plain) {
    ++attempts_;
    return agent.get(url_);
  }
  if (body_ && (!body_->is_text() || options().upload_progress)) {
    return send_streamed(*this);
  }
  http::request_options whole = make_request(std::nullopt);
  if (body_) {
    whole.body = body_->pieces[0].text;
  }
  ++attempts_;
  return agent.send(std::move(whole));
}

net::awaitable<http::incoming_message> fetch_call::send_streamed(fetch_call& self) {
  http::agent& agent = self.client_->agent;
  auto const transfer = std::make_shared<body_transfer>();
  transfer->body = self.body_;
  transfer->progress = self.options().upload_progress;
  co_await measure_body(agent.get_executor(), transfer);
  http::client_request request = agent.request(self.make_request(transfer->length));
  ++self.attempts_;
  self.body_begun_ = true;
  co_return co_await send_body(std::move(request), transfer);
}

http::request_options fetch_call::make_request(std::optional<std::uint64_t> body_length) {
  fetch_options::choices const& chosen = options();
  http::request_options o = target();
  o.method = method_;
  o.headers = chosen.headers;
  if (o.headers.contains("Authorization")) {
    o.auth.clear();
  }
  if (body_length) {
    o.headers.erase("Content-Length");
    o.headers.append("Content-Length", *body_length);
  }
  add_cookie(o);
  o.connect_timeout = chosen.connect_timeout;
  o.head_timeout = chosen.head_timeout.value_or(milliseconds(0));
  o.idle_timeout = chosen.idle_timeout.value_or(milliseconds(0));
  if (chosen.timeout && chosen.timeout->count() > 0) {
    o.deadline = remaining();
  }
  o.idempotent = chosen.idempotent;
  if (chosen.retry && chosen.retry->times() > 0) {
    o.retry = 0;  // the client retries itself
  }
  return o;
}

void fetch_call::add_cookie(http::request_options& o) {
  if (!client_->jar || o.headers.contains("Cookie")) {
    return;
  }
  std::string const text = client_->jar->store_->header({o.protocol == "https:", o.host, o.path},
                                                        client_->clock->date());
  if (!text.empty()) {
    o.headers.append("Cookie", text);
  }
}

void fetch_call::store_cookies(http::incoming_message const& response) {
  if (!client_->jar) {
    return;
  }
  http::request_options const& from = target();
  std::size_t count = 0;
  for (std::string_view const value : response.headers().values("set-cookie")) {
    if (++count > most_set_cookies) {
      break;
    }
    client_->jar->store_->store({from.protocol == "https:", from.host, from.path}, value,
                                client_->clock->date());
  }
}

bool fetch_call::is_repeatable() const noexcept {
  return !body_ || body_->replayable || !body_begun_;
}

bool fetch_call::is_idempotent_request() const noexcept {
  return options().idempotent.value_or(is_idempotent(method_));
}

// Returns how long to wait before the request is sent again; nothing: it is not.
std::optional<fetch_call::milliseconds> fetch_call::wait_after(http::request_error const& e) {
  bool const final = e.code() == http::error::address_refused || e.code() == http::error::aborted ||
                     failure_of(e) == fetch_failure::timeout;
  if (final || !is_repeatable() || !may_retry(e.verdict(), is_idempotent_request())) {
    return std::nullopt;
  }
  return next_wait(milliseconds(0));
}

std::optional<fetch_call::milliseconds> fetch_call::wait_after(
    http::incoming_message const& response) {
  if (!may_retry(response.status_code()) || !is_repeatable() || !is_idempotent_request()) {
    return std::nullopt;
  }
  auto const value = response.headers().get("retry-after");
  auto const least = value ? parse_retry_after(*value, client_->clock->date()) : std::nullopt;
  return next_wait(least.value_or(std::chrono::seconds(0)));
}

std::optional<fetch_call::milliseconds> fetch_call::next_wait(milliseconds least) {
  retry_policy const policy = options().retry.value_or(retry_policy());
  if (retries_ >= policy.times() || least > policy.patience()) {
    return std::nullopt;
  }
  std::uniform_int_distribution<std::uint32_t> any;
  milliseconds const wait = std::max(least, backoff(policy, retries_, any(client_->random)));
  if (wait >= remaining() || !client_->budget.take()) {
    return std::nullopt;
  }
  return wait;
}

// Returns the rest of the time for everything together.
fetch_call::milliseconds fetch_call::remaining() const {
  if (!options().timeout || options().timeout->count() <= 0) {
    return milliseconds::max();
  }
  return *options().timeout - std::chrono::floor<milliseconds>(client_->clock->now() - start_);
}

// Prepares the request that a redirect asks for. Returns false if the response is no redirect.
bool fetch_call::follow(http::incoming_message const& response) {
  int const status = response.status_code();
  unsigned const most = options().redirects.value_or(20);
  if (!is_redirect(status) || most == 0) {
    return false;
  }
  auto const location = response.headers().get("location");
  if (!location) {
    return false;
  }
  if (redirects_ == most) {
    fail(fetch_failure::too_many_redirects, "Too many redirects", status);
  }
  http::request_options& now = target();
  http::request_options next;
  auto const url = resolve_location(url_text(now), *location);
  try {
    if (!url) {
      throw http::exception(http::error::invalid_url_argument, "Invalid URL");
    }
    next.set_url(*url);
  } catch (http::exception const&) {
    fail(fetch_failure::bad_redirect, "The Location of a redirect is not a URL of http or https",
         status);
  }
  next.auth.clear();
  if (now.protocol == "https:" && next.protocol == "http:" &&
      !options().insecure_redirects.value_or(false)) {
    fail(fetch_failure::bad_redirect, "A redirect leads from https to http", status);
  }
  if (becomes_get(status, method_)) {
    method_ = "GET";
    body_.reset();
    erase_body_headers(options_.change().headers);
  } else if (!is_repeatable()) {
    fail(fetch_failure::body_not_replayable, "A redirect wants a body that can be sent only once",
         status);
  }
  if (same_origin(now, next)) {
    next.auth = now.auth;
  } else {
    cross_origin();
  }
  if (std::string_view const fragment = fragment_of(*location); !fragment.empty()) {
    fragment_ = fragment;
  }
  now = std::move(next);
  ++redirects_;
  return true;
}

void fetch_call::cross_origin() {
  if (options_.empty()) {
    return;
  }
  fetch_options::choices& chosen = options_.change();
  http::header_list kept;
  for (auto const& [name, value] : chosen.headers) {
    bool const secret =
        is_credential(name) || std::ranges::any_of(chosen.secrets, [&](std::string const& s) {
          return equal_nocase(s, name);
        });
    if (!secret) {
      kept.append(name, value);
    }
  }
  chosen.headers = std::move(kept);
}

// Returns the URL of the last request.
std::string fetch_call::url() const { return url_text(*target_) + fragment_; }

fetch_error fetch_call::error(http::request_error const& cause, fetch_failure kind, int status) {
  target();
  return {cause, kind, url(), redirects_, attempts_, status};
}

void fetch_call::fail(fetch_failure kind, std::string const& text, int status) {
  throw error(protocol_failure(text, http::request_phase::head), kind, status);
}

fetch_response fetch_call::finish(http::incoming_message response) {
  auto state = std::make_shared<fetch_response_state>(std::move(response));
  http::incoming_message const& message = state->message;
  state->url = redirects_ == 0 ? std::move(url_) : url();
  state->url_is_final = redirects_ != 0;
  state->redirects = redirects_;
  state->attempts = attempts_;
  int const status = message.status_code();
  if (method_ != "HEAD" && status != 204 && status != 304) {
    state->has_body = true;
    auto const coding = offers_codings_ ? message.headers().get("content-encoding") : std::nullopt;
    if (coding) {
      state->content_encoding = *coding;
      state->known = client_->known;
      state->limits.output = most_client_output;
      state->limits = options().decoding.value_or(state->limits);
    }
  }
  return fetch_response(std::move(state));
}

}  // namespace anode::web
