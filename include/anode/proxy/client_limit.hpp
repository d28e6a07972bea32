// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// A limit for each client. Needs the library `anode-proxy`.

#include <anode/detail/export.hpp>
#include <anode/field_lines.hpp>
#include <anode/network_list.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace anode::proxy {

/// Returns the address of a client behind trusted proxies: the last address that is not that of a
/// trusted proxy, beginning with the peer and continuing with X-Forwarded-For from the right. Stops
/// at an entry that is not an address; reads at most 32. Use it for limits, logs and rules alike.
/// @param peer the address of the connection; with g++ 12, not in braces inside of `co_await`.
/// @param fields the headers of the request.
ANODE_EXPORT std::string client_address(std::string_view peer, http::field_lines const& fields,
                                        network_list const& trusted);

/// Limits the requests in progress of each client, by its address; of IPv6 addresses, by the first
/// 64 bits, because a client chooses the others. Clients without an address, for example of Unix
/// sockets, count as one.
///
/// The object is a handle: copies count together.
///
/// **Concurrency**: use the object and its permits on one executor.
class ANODE_EXPORT client_limit {
public:
  /// One request in progress. It may outlive the limit.
  class ANODE_EXPORT permit {
  public:
    /// Makes a permit for nothing, which is false.
    permit() noexcept = default;

    /// Moves the permit; the other one becomes false.
    permit(permit&& other) noexcept;

    /// Ends the request of this permit, and moves the other one.
    permit& operator=(permit&& other) noexcept;

    /// Ends the request.
    ~permit();

    /// Returns whether the request is within the limit.
    explicit operator bool() const noexcept { return counts_ != nullptr; }

  private:
    friend class client_limit;
    struct counts;
    std::shared_ptr<counts> counts_;
    std::string client_;
  };

  /// Makes a limit.
  /// @param most the most requests in progress of one client; 0: none.
  explicit client_limit(std::size_t most);

  /// Makes another handle to the same limit.
  client_limit(client_limit const&) noexcept;

  /// Makes another handle to the same limit.
  client_limit(client_limit&&) noexcept;

  /// Refers to the limit of the other handle.
  client_limit& operator=(client_limit const&) noexcept;

  /// Refers to the limit of the other handle.
  client_limit& operator=(client_limit&&) noexcept;

  /// Releases the handle. Permits stay valid.
  ~client_limit();

  /// Counts a request of a client.
  /// @return false if the client has `most` requests in progress already.
  permit begin(std::string_view address) const;

  /// Returns the number of clients with requests in progress.
  std::size_t clients() const noexcept;

private:
  std::size_t most_;
  std::shared_ptr<permit::counts> counts_;
};

}  // namespace anode::proxy
