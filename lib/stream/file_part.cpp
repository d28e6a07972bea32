// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "stream/file_part.hpp"

#ifndef _WIN32
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#endif

namespace anode::stream {

#ifndef _WIN32

file_part::~file_part() {
  if (owned_ && descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

void file_part::own() noexcept {
  if (!owned_) {
    descriptor_ = ::fcntl(descriptor_, F_DUPFD_CLOEXEC, 0);
    owned_ = true;
  }
}

void read_file(native_handle_type descriptor, std::uint64_t offset, std::size_t size,
               std::string& out, error_code& ec) {
  std::size_t const before = out.size();
  out.resize(before + size);
  ssize_t n = 0;
  do {
    n = ::pread(descriptor, out.data() + before, size, static_cast<off_t>(offset));
  } while (n < 0 && errno == EINTR);
  ec = n < 0 ? error_code(errno, boost::system::system_category()) : error_code();
  out.resize(before + (n > 0 ? static_cast<std::size_t>(n) : 0));
}

#else

file_part::~file_part() = default;

void file_part::own() noexcept { owned_ = true; }

void read_file(native_handle_type, std::uint64_t, std::size_t, std::string&, error_code& ec) {
  ec = net::error::operation_not_supported;
}

#endif

}  // namespace anode::stream
