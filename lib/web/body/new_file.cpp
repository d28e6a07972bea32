// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/new_file.hpp"

#if defined(_WIN32)
#include <wchar.h>
#else
#include <fcntl.h>
#include <unistd.h>
#endif

#include <cerrno>
#include <cstdint>
#include <random>
#include <string>
#include <system_error>
#include <utility>

namespace anode::web {

namespace {

[[noreturn]] void fail_at(std::filesystem::path const& path, int error) {
  throw std::system_error(error, std::generic_category(), path.string());
}

#if defined(_WIN32)

std::FILE* create_exclusive(std::filesystem::path const& path) noexcept {
  return ::_wfopen(path.c_str(), L"wbx");
}

#else

// `x` is O_EXCL, which also does not follow a link, and `e` is O_CLOEXEC.
std::FILE* create_exclusive(std::filesystem::path const& path) noexcept {
  return std::fopen(path.c_str(), "wbxe");
}

#endif

std::string temporary_suffix() {
  std::random_device random;
  std::uint64_t const bits = (static_cast<std::uint64_t>(random()) << 32U) | random();
  return ".part-" + std::to_string(bits);
}

}  // namespace

int rename_exclusive(std::filesystem::path const& from, std::filesystem::path const& to) noexcept {
#if defined(_WIN32)
  return ::_wrename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
#else
#if defined(RENAME_NOREPLACE)
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
    return 0;
  }
  if (errno != EINVAL && errno != ENOSYS) {
    return errno;
  }
#endif
  // A second name for the file, which fails if the name exists.
  if (::link(from.c_str(), to.c_str()) != 0) {
    return errno;
  }
  ::unlink(from.c_str());
  return 0;
#endif
}

new_file::new_file(std::filesystem::path path) : path_(std::move(path)) {}

new_file::~new_file() {
  file_.reset();
  if (!temporary_.empty()) {
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
  }
}

void new_file::create() {
  std::filesystem::path temporary = path_;
  temporary += temporary_suffix();
  file_.reset(create_exclusive(temporary));
  if (!file_) {
    fail_at(temporary, errno);
  }
  temporary_ = std::move(temporary);
  // Writes are large.
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);
}

void new_file::write(std::string_view data) {
  if (std::fwrite(data.data(), 1, data.size(), file_.get()) != data.size()) {
    fail_at(temporary_, errno);
  }
}

void new_file::commit() {
  if (std::fclose(file_.release()) != 0) {
    fail_at(temporary_, errno);
  }
  int const error = rename_exclusive(temporary_, path_);
  if (error != 0) {
    fail_at(path_, error);
  }
  temporary_.clear();
}

}  // namespace anode::web
