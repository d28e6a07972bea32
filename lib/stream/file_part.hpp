// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace anode::stream {

/// A part of an open file, whose descriptor is borrowed or owned.
class file_part {
public:
  file_part(native_handle_type descriptor, std::uint64_t offset) noexcept
      : descriptor_(descriptor), offset_(offset) {}
  file_part(file_part const&) = delete;
  file_part& operator=(file_part const&) = delete;
  ~file_part();

  native_handle_type descriptor() const noexcept { return descriptor_; }

  /// Returns the position of the first byte in the file.
  std::uint64_t offset() const noexcept { return offset_; }
  void skip(std::uint64_t bytes) noexcept { offset_ += bytes; }

  /// Duplicates a borrowed descriptor and owns the duplicate. If this fails, later reads fail.
  void own() noexcept;

private:
  native_handle_type descriptor_;
  std::uint64_t offset_;
  bool owned_ = false;
};

/// Reads up to `size` bytes of a file at `offset`, independent of the file's position. Appends them
/// to `out`; appends nothing and sets no error at the end of the file.
void read_file(native_handle_type descriptor, std::uint64_t offset, std::size_t size,
               std::string& out, error_code& ec);

}  // namespace anode::stream
