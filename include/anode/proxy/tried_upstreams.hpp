// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// What one request has tried, and what a failure says about an upstream. Needs the library
/// `anode-proxy`.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace anode::proxy {

namespace selection {
class upstream_selector;
}

/// What a failed exchange says about its upstream: the points of the table of failures in
/// docs/proxy.md, in eighths.
///
/// Charge an upstream only if it has failed whatever the request was. A client that leaves, a lack
/// of descriptors and a lost idle connection are no charge.
class charge {
public:
  /// The rule for a charge.
  enum class kind : std::uint8_t {
    lasting,  ///< it stays
    /// The request may be the cause: if it fails in this way at a second upstream too, both charges
    /// become 1/8.
    provisional,
    /// A look-up has failed: if that of another upstream fails within 1 s, neither is charged,
    /// because the resolver fails.
    lookup,
  };

  /// Makes a charge of nothing.
  constexpr charge() noexcept = default;

  /// Makes a charge.
  /// @param eighths of a point.
  constexpr explicit charge(std::uint8_t eighths, kind k = kind::lasting) noexcept
      : eighths_(eighths), kind_(k) {}

  /// Returns the size, in eighths of a point.
  constexpr std::uint8_t eighths() const noexcept { return eighths_; }
  /// Returns the rule.
  constexpr kind rule() const noexcept { return kind_; }

private:
  std::uint8_t eighths_ = 0;
  kind kind_ = kind::lasting;
};

/// The upstreams that one request has tried, which its next attempt excludes. A value: make one for
/// each request, and pass it to each `upstream_pool::acquire` and `lease::failed` of that request.
class tried_upstreams {
public:
  /// The most upstreams of one request. After them no attempt gets an upstream.
  static constexpr std::size_t most = 8;

  /// Makes an empty list.
  tried_upstreams() noexcept {}

  /// Returns the number of upstreams.
  std::size_t size() const noexcept { return size_; }
  /// Returns whether the list is empty.
  bool empty() const noexcept { return size_ == 0; }

  /// Returns whether an upstream is in the list.
  bool contains(std::uint64_t id) const noexcept {
    for (entry const& e : entries()) {
      if (e.id == id) {
        return true;
      }
    }
    return false;
  }

private:
  friend class selection::upstream_selector;

  struct entry {
    std::uint64_t id = 0;
    std::uint32_t epoch = 0;     // of the upstream, after the charge
    std::uint32_t halvings = 0;  // of its points, before the charge
    std::uint8_t eighths = 0;    // of a charge that can be withdrawn
    bool provisional = false;    // the failure was one that the request may have caused
    bool trial = false;          // the failure has ended a trial
  };

  std::span<entry const> entries() const noexcept { return {entries_.data(), size_}; }
  std::span<entry> entries() noexcept { return {entries_.data(), size_}; }
  entry& add(std::uint64_t id) noexcept {
    entry& e = entries_[size_ < most ? size_++ : most - 1];
    e = entry();
    e.id = id;
    return e;
  }

  std::array<entry, most> entries_;
  std::uint8_t size_ = 0;
};

}  // namespace anode::proxy
