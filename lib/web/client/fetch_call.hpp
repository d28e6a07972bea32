// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/client/fetch_choices.hpp"
#include "web/client/retry_decision.hpp"

#include <anode/web/fetch.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace anode::web {

/// What the handles of a client share.
struct client_state {
  explicit client_state(http::agent a) : agent(std::move(a)) {}

  http::agent agent;
  fetch_options defaults{};
  std::optional<cookie_jar> jar{};
  web::codings known{};
  std::shared_ptr<client_clock> clock{};
  retry_budget budget{};
  std::minstd_rand random{};  // of the waits, no secret
};

/// One call of `client::fetch`: its redirects and retries.
class fetch_call {
public:
  /// Makes the requests.
  /// @throws exception when awaited, if `url` is invalid.
  static net::awaitable<fetch_response> run(std::shared_ptr<client_state> client, std::string url,
                                            fetch_options options);

private:
  using milliseconds = std::chrono::milliseconds;

  /// Completes the options by those of the client.
  fetch_call(std::shared_ptr<client_state> client, std::string url, fetch_options&& options);

  void begin();
  fetch_options::choices const& options() const noexcept { return options_.get(); }
  http::request_options& target();
  net::awaitable<http::incoming_message> send();
  static net::awaitable<http::incoming_message> send_streamed(fetch_call& self);
  void require_time();
  http::request_options make_request(std::optional<std::uint64_t> body_length);
  void add_cookie(http::request_options& o);
  void store_cookies(http::incoming_message const& response);
  std::string url() const;
  bool is_repeatable() const noexcept;
  bool is_idempotent_request() const noexcept;
  std::optional<milliseconds> wait_after(http::request_error const& e);
  std::optional<milliseconds> wait_after(http::incoming_message const& response);
  std::optional<milliseconds> next_wait(milliseconds least);
  milliseconds remaining() const;
  bool follow(http::incoming_message const& response);
  void cross_origin();
  fetch_error error(http::request_error const& cause, fetch_failure kind, int status = 0);
  [[noreturn]] void fail(fetch_failure kind, std::string const& text, int status);
  fetch_response finish(http::incoming_message response);

  std::shared_ptr<client_state> client_;
  std::string url_;  // of the program
  fetch_options options_;
  std::unique_ptr<http::request_options> target_;  // protocol, host, port, path, auth; see `target`
  std::string fragment_;                           // valid with `target_`
  std::string method_ = "GET";
  std::shared_ptr<fetch_body const> body_;
  std::chrono::steady_clock::time_point start_;  // if there is a limit for everything together
  unsigned redirects_ = 0;
  unsigned attempts_ = 0;
  unsigned retries_ = 0;
  bool offers_codings_ = false;
  bool body_begun_ = false;  // a function of the program was called
};

}  // namespace anode::web
