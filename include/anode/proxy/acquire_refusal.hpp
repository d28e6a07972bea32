// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Why a request gets no upstream. Needs the library `anode-proxy`.

#include <anode/detail/export.hpp>

#include <cstdint>
#include <string_view>

namespace anode::proxy {

/// Why a request gets no upstream.
enum class acquire_refusal : std::uint8_t {
  none,           ///< it has one
  no_upstream,    ///< the pool has none
  all_out,        ///< all are out: ejected and being tried, failed checks, or taken out
  all_tried,      ///< the request has tried all that are left
  queue_full,     ///< too many requests wait already
  queue_timeout,  ///< no upstream became free in time
  would_wait,     ///< of `try_acquire`: all are busy
  cancelled,      ///< the wait was cancelled
  closed,         ///< the pool, or its execution context, is gone
};

/// Returns the name of a value, for example "queue_full". The view refers to static storage.
ANODE_EXPORT std::string_view to_string(acquire_refusal r) noexcept;

}  // namespace anode::proxy
