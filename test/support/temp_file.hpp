// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "support/catch.hpp"

#include <cstdio>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <unistd.h>

namespace support {

/// An open file without a name.
class temp_file {
public:
  explicit temp_file(std::string_view contents) : file_(std::tmpfile()) {
    REQUIRE(file_ != nullptr);
    REQUIRE(std::fwrite(contents.data(), 1, contents.size(), file_) == contents.size());
    REQUIRE(std::fflush(file_) == 0);
  }
  temp_file(temp_file const&) = delete;
  temp_file& operator=(temp_file const&) = delete;
  ~temp_file() { close(); }

  int descriptor() const { return ::fileno(file_); }

  void close() {
    if (file_ != nullptr) {
      std::fclose(file_);
      file_ = nullptr;
    }
  }

private:
  std::FILE* file_;
};

/// Returns bytes that differ in each position of a block.
inline std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i != size; ++i) {
    text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  }
  return text;
}

/// Returns the number of open descriptors of this process.
inline std::size_t open_descriptors() {
  std::size_t n = 0;
  for (int fd = 0; fd != 256; ++fd) {
    n += ::fcntl(fd, F_GETFD) != -1 ? 1U : 0U;
  }
  return n;
}

}  // namespace support
