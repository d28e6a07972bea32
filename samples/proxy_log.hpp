// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The access log of the proxies.
#pragma once

#include <anode/http.hpp>
#include <anode/proxy/access_log.hpp>
#include <anode/proxy/exchange_record.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace samples {

/// Writes one line for each request and tunnel.
class proxy_log {
public:
  /// Writes nothing.
  proxy_log() = default;

  /// Writes to a file, which is appended to; "-" is the standard output.
  /// @return whether the file could be opened
  bool open(std::string const& path);

  /// Returns whether lines are written.
  bool is_open() const noexcept { return file_ != nullptr; }

  /// Writes the line of an exchange.
  /// @param client its address
  /// @param pool the name of its upstreams; empty: not written
  void write(anode::proxy::exchange_record const& record, anode::http::incoming_message const& req,
             std::string_view client, std::string_view pool = {}) const;

  /// Writes a line for something other than a request of HTTP.
  void write(anode::proxy::exchange_record const& record, anode::proxy::log_entry entry) const;

  /// Writes a line for each request whose head the server refuses, too. Call it after `open`.
  void watch(anode::http::server& server) const;

private:
  std::shared_ptr<std::FILE> file_;
};

}  // namespace samples
