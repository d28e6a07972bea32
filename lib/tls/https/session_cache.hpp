// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "tls/context/context_impl.hpp"

#include <anode/detail/counted.hpp>

#include <openssl/ssl.h>

#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace anode::tls {

/// The sessions that an agent can resume, by the key of the connection: host, port, server name,
/// context and proxy. Least recently used keys are removed first.
class session_cache final : public detail::counted {
public:
  /// @param most  the most sessions; 0: none
  explicit session_cache(std::size_t most) : most_(most) {}

  /// Adds a session of a verified connection.
  void add(std::string_view key, session_ptr session);

  /// Returns the newest session of a key; null if there is none. One of TLS 1.3 is removed, because
  /// its ticket must be used once (RFC 8446 appendix C.4).
  session_ptr take(std::string_view key);

  /// Removes all sessions of a key, after a failed connection.
  void drop(std::string_view key);

  std::size_t size() const noexcept { return size_; }

private:
  // The most sessions of one key.
  static constexpr std::size_t most_of_key = 4;

  struct entry {
    std::string key;
    std::deque<session_ptr> sessions;  // the newest last
  };
  using position = std::list<entry>::iterator;

  void erase(position e);

  std::list<entry> entries_;  // most recently used first
  std::unordered_map<std::string_view, position> index_;
  std::size_t most_;
  std::size_t size_ = 0;
};

}  // namespace anode::tls
