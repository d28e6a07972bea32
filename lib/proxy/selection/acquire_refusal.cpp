// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/proxy/acquire_refusal.hpp>

namespace anode::proxy {

std::string_view to_string(acquire_refusal r) noexcept {
  switch (r) {
    case acquire_refusal::none:
      return "none";
    case acquire_refusal::no_upstream:
      return "no_upstream";
    case acquire_refusal::all_out:
      return "all_out";
    case acquire_refusal::all_tried:
      return "all_tried";
    case acquire_refusal::queue_full:
      return "queue_full";
    case acquire_refusal::queue_timeout:
      return "queue_timeout";
    case acquire_refusal::would_wait:
      return "would_wait";
    case acquire_refusal::cancelled:
      return "cancelled";
    case acquire_refusal::closed:
      return "closed";
  }
  return "unknown";
}

}  // namespace anode::proxy
