// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/download/download_call.hpp"

#include "web/client/fetch_failure.hpp"
#include "web/client/redirect.hpp"
#include "web/vocabulary/invalid.hpp"

#include <anode/web/blocking.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace anode::web {

namespace {

// Bytes that one task writes.
constexpr std::size_t written_size = 256 * 1024;

// Returns a number that tells URLs apart. The URL itself may contain secrets.
std::string key_of(std::string_view url) {
  url = url.substr(0, url.size() - fragment_of(url).size());
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (char const c : url) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  }
  return std::to_string(hash);
}

std::string_view header_of(fetch_response const& response, std::string_view name) {
  return response.header(name).value_or(std::string_view());
}

download_head head_of(fetch_response const& response) {
  download_head head;
  head.status = response.status();
  head.etag = header_of(response, "etag");
  head.last_modified = header_of(response, "last-modified");
  head.date = header_of(response, "date");
  head.content_range = header_of(response, "content-range");
  head.length = response.length();
  return head;
}

}  // namespace

download_call::download_call(client c, std::shared_ptr<client_state> state, std::string url,
                             std::filesystem::path const& path, fetch_options options,
                             progress_function progress)
    : client_(std::move(c)),
      state_(std::move(state)),
      url_(std::move(url)),
      options_(std::move(options)),
      progress_(std::move(progress)),
      file_(std::make_shared<partial_file>(path)),
      start_(state_->clock->now()) {
  fetch_options::choices& chosen = options_.change();
  if ((!chosen.method.empty() && chosen.method != "GET") || chosen.body) {
    throw_invalid("A download uses GET without a body");
  }
  if (chosen.headers.contains("Range") || chosen.headers.contains("If-Range")) {
    throw_invalid("A download sets Range and If-Range itself");
  }
  // Only bytes that are not decoded can be counted.
  options_.decode(false);
  if (!chosen.headers.contains("Accept-Encoding")) {
    options_.header("Accept-Encoding", "identity");
  }
  fetch_options::choices const& defaults = state_->defaults.get();
  if (!chosen.timeout) {
    chosen.timeout = defaults.timeout;
  }
  if (!chosen.retry) {
    chosen.retry = defaults.retry;
  }
}

net::awaitable<std::uint64_t> download_call::run(std::shared_ptr<download_call> self) {
  co_await open(self);
  bool done = false;
  while (!done) {
    std::optional<milliseconds> wait;
    std::exception_ptr failure;
    try {
      done = co_await advance(self);
    } catch (fetch_error const& e) {
      wait = self->wait_after(e);
      failure = wait ? nullptr : std::current_exception();
    } catch (...) {
      failure = std::current_exception();
    }
    try {
      co_await flush(self);
    } catch (...) {
      failure = failure ? failure : std::current_exception();
    }
    if (failure) {
      std::rethrow_exception(failure);
    }
    if (wait) {
      ++self->retries_;
      co_await self->state_->clock->wait(self->client_.get_executor(), *wait);
    }
  }
  auto const commit = [file = self->file_] { file->commit(); };
  co_await blocking(self->client_.get_executor(), commit, when_full::queue);
  co_return self->have_.size;
}

net::awaitable<void> download_call::open(std::shared_ptr<download_call> self) {
  auto const open = [file = self->file_, key = key_of(self->url_)] { return file->open(key); };
  self->have_ = co_await blocking(self->client_.get_executor(), open, when_full::queue);
}

// Makes one request. Returns whether the file is complete.
net::awaitable<bool> download_call::advance(std::shared_ptr<download_call> self) {
  self->reading_ = false;
  bool const ask =
      self->have_.size != 0 && !self->have_.validator.empty() && !self->ranges_refused_;
  fetch_options const options = self->next_options(ask);
  fetch_response response = co_await self->client_.fetch(self->url_, options);
  self->last_url_ = response.url();
  self->attempts_ += response.attempts();
  self->redirects_ = response.redirects();
  download_head const head = head_of(response);
  switch (decide_download(self->have_, ask, head)) {
    case download_step::fail: {
      response.raise_for_status();
      std::string const text =
          std::to_string(head.status) + " has no whole file: " + response.url();
      throw self->error(text, fetch_failure::status, head.status);
    }
    case download_step::ask_whole:
      self->ranges_refused_ = true;
      co_return false;
    case download_step::complete:
      co_return true;
    case download_step::restart:
      co_await restart(self, head);
      co_return co_await receive(self, std::move(response), head.length);
    case download_step::append:
      break;
  }
  auto const range = parse_content_range(head.content_range);
  self->have_.total = range->total ? range->total : self->have_.total;
  co_return co_await receive(self, std::move(response), *range->last + 1);
}

net::awaitable<void> download_call::restart(std::shared_ptr<download_call> self,
                                            download_head head) {
  partial_state now;
  now.validator = strong_validator(head, self->state_->clock->date());
  now.total = head.length;
  self->buffer_.clear();
  self->have_ = now;
  auto const restart = [file = self->file_, now] { file->restart(now); };
  co_await blocking(self->client_.get_executor(), restart, when_full::queue);
}

// Reads a body. `end` is the size of the file behind it; unset: unknown. Returns whether the file
// is complete.
net::awaitable<bool> download_call::receive(std::shared_ptr<download_call> self,
                                            fetch_response response,
                                            std::optional<std::uint64_t> end) {
  self->reading_ = true;
  self->report();
  std::uint64_t const before = self->have_.size;
  while (auto const piece = co_await response.read()) {
    if (end && piece->size() > *end - self->have_.size) {
      self->reading_ = false;
      throw self->error("The response has more bytes than its Content-Range",
                        fetch_failure::connection, response.status());
    }
    self->buffer_ += *piece;
    self->have_.size += piece->size();
    self->report();
    if (self->buffer_.size() >= written_size) {
      co_await flush(self);
    }
  }
  self->reading_ = false;
  if (!end) {
    co_return true;
  }
  if (self->have_.size == before && *end != before) {
    throw self->error("The response has no bytes of its Content-Range", fetch_failure::connection,
                      response.status());
  }
  co_return self->have_.size == self->have_.total;
}

net::awaitable<void> download_call::flush(std::shared_ptr<download_call> self) {
  if (self->buffer_.empty()) {
    co_return;
  }
  auto const data = std::make_shared<std::string const>(std::exchange(self->buffer_, {}));
  auto const write = [file = self->file_, data] { file->write(*data); };
  // Each download has at most one task, therefore the queue is bounded by the downloads.
  co_await blocking(self->client_.get_executor(), write, when_full::queue);
}

fetch_options download_call::next_options(bool ask) {
  fetch_options options = options_;
  if (ask) {
    options.header("Range", "bytes=" + std::to_string(have_.size) + "-");
    options.header("If-Range", have_.validator);
  }
  if (auto const limit = options_.get().timeout; limit && limit->count() > 0) {
    milliseconds const rest = remaining();
    if (rest <= milliseconds(0)) {
      throw fetch_error(expired_failure(), fetch_failure::timeout, last_url_, redirects_,
                        attempts_);
    }
    options.timeout(rest);
  }
  return options;
}

download_call::milliseconds download_call::remaining() const {
  auto const limit = options_.get().timeout;
  if (!limit || limit->count() <= 0) {
    return milliseconds::max();
  }
  return *limit - std::chrono::floor<milliseconds>(state_->clock->now() - start_);
}

// Returns how long to wait before the rest is asked for; nothing: the download fails.
std::optional<download_call::milliseconds> download_call::wait_after(fetch_error const& e) {
  retry_policy const policy = options_.get().retry.value_or(retry_policy());
  bool const cut = e.kind() == fetch_failure::connection || e.kind() == fetch_failure::idle_timeout;
  if (!reading_ || !cut || retries_ >= policy.times()) {
    return std::nullopt;
  }
  std::uniform_int_distribution<std::uint32_t> any;
  milliseconds const wait = backoff(policy, retries_, any(state_->random));
  if (wait >= remaining() || !state_->budget.take()) {
    return std::nullopt;
  }
  return wait;
}

fetch_error download_call::error(std::string text, fetch_failure kind, int status) const {
  return {protocol_failure(std::move(text), http::request_phase::body),
          kind,
          last_url_,
          redirects_,
          attempts_,
          status};
}

void download_call::report() const {
  if (progress_) {
    progress_(have_.size, have_.total);
  }
}

}  // namespace anode::web
