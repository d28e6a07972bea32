// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/client/fetch_call.hpp"
#include "web/download/partial_file.hpp"
#include "web/download/resume_decision.hpp"

#include <anode/web/fetch.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace anode::web {

/// One call of `client::download`: its requests, and the file that they fill.
class download_call {
public:
  /// @throws exception if the options have a method other than GET, a body, Range or If-Range.
  download_call(client c, std::shared_ptr<client_state> state, std::string url,
                std::filesystem::path const& path, fetch_options options,
                progress_function progress);

  /// Downloads the file. Returns its size.
  static net::awaitable<std::uint64_t> run(std::shared_ptr<download_call> self);

private:
  using milliseconds = std::chrono::milliseconds;

  static net::awaitable<void> open(std::shared_ptr<download_call> self);
  static net::awaitable<bool> advance(std::shared_ptr<download_call> self);
  static net::awaitable<bool> receive(std::shared_ptr<download_call> self, fetch_response response,
                                      std::optional<std::uint64_t> end);
  static net::awaitable<void> restart(std::shared_ptr<download_call> self, download_head head);
  static net::awaitable<void> flush(std::shared_ptr<download_call> self);
  fetch_options next_options(bool ask);
  milliseconds remaining() const;
  std::optional<milliseconds> wait_after(fetch_error const& e);
  fetch_error error(std::string text, fetch_failure kind, int status) const;
  void report() const;

  client client_;
  std::shared_ptr<client_state> state_;
  std::string url_;
  fetch_options options_;
  progress_function progress_;
  std::shared_ptr<partial_file> file_;
  std::string buffer_;  // received, not written yet; counted in `have_`
  partial_state have_;
  std::chrono::steady_clock::time_point start_;
  std::string last_url_;  // of the last response
  unsigned attempts_ = 0;
  unsigned redirects_ = 0;
  unsigned retries_ = 0;
  bool reading_ = false;         // a body, whose loss can be repaired
  bool ranges_refused_ = false;  // ranges of this server are of no use
};

}  // namespace anode::web
