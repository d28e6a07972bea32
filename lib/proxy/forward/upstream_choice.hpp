// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "proxy/forward/attempt.hpp"

#include <anode/proxy/upstream_pool.hpp>

#include <boost/asio/awaitable.hpp>

#include <string>

namespace anode::proxy {

/// The upstreams that one request gets, one after the other, and what they are charged.
class upstream_choice final : public answer_observer {
public:
  upstream_choice(passage& of, upstream_pool pool) : p_(of), pool_(std::move(pool)) {}

  /// Chooses the next upstream, if that needs no wait.
  /// @return false if `wait` must be awaited
  bool try_next();

  /// Waits for the next upstream.
  net::awaitable<void> wait();

  /// Begins an attempt at the upstream.
  /// @return its request; empty if there is no upstream, or the target cannot be sent to it. The
  ///   record then has the reason, or that of an earlier attempt.
  http::client_request begin(bool upgrade);

  /// Ends an attempt. One that has failed is stored, and charged to the upstream.
  /// @return whether the request is sent again, to what `try_next` chooses
  bool ended(attempt const& a);

  void answered(http::incoming_message const& answer) override;

private:
  void note_choice();
  bool failed(attempt const& a);

  passage& p_;
  upstream_pool pool_;
  lease lease_;
  tried_upstreams tried_;
  std::string path_;
  std::chrono::microseconds attempt_begun_{0};
  bool keeps_ = false;  // the next attempt uses the same upstream
  bool has_been_kept_ = false;
};

}  // namespace anode::proxy
