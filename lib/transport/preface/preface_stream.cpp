// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/preface/preface_stream.hpp"

#include <algorithm>
#include <array>

namespace anode::transport {

std::size_t preface_stream::try_write(std::span<net::const_buffer const> buffers, error_code& ec) {
  return preface_.empty() ? lower().try_write(buffers, ec) : write(buffers, false, ec);
}

std::size_t preface_stream::try_write_last(std::span<net::const_buffer const> buffers,
                                           error_code& ec) {
  return preface_.empty() ? lower().try_write_last(buffers, ec) : write(buffers, true, ec);
}

std::size_t preface_stream::try_send_file(native_handle_type file, std::uint64_t& offset,
                                          std::size_t size, error_code& ec) {
  if (preface_.empty()) {
    return lower().try_send_file(file, offset, size, ec);
  }
  ec = net::error::operation_not_supported;
  return 0;
}

native_handle_type preface_stream::native_handle() {
  return preface_.empty() ? lower().native_handle() : no_native_handle;
}

std::size_t preface_stream::write(std::span<net::const_buffer const> buffers, bool last,
                                  error_code& ec) {
  std::array<net::const_buffer, 16> gathered;
  gathered[0] = net::buffer(preface_);
  std::size_t const taken = std::min(buffers.size(), gathered.size() - 1);
  std::copy_n(buffers.begin(), taken, gathered.begin() + 1);
  std::span<net::const_buffer const> const all(gathered.data(), taken + 1);
  // The hint for the last bytes does not hold if some buffers are left.
  bool const whole = last && taken == buffers.size();
  std::size_t const written = whole ? lower().try_write_last(all, ec) : lower().try_write(all, ec);
  std::size_t const of_preface = std::min(written, preface_.size());
  preface_.erase(0, of_preface);
  if (!ec && written == of_preface && net::buffer_size(buffers) > 0) {
    ec = net::error::would_block;  // none of the user's bytes was accepted
  }
  return written - of_preface;
}

}  // namespace anode::transport
