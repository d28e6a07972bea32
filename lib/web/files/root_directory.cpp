// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/files/root_directory.hpp"

#include "web/files/request_path.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#if defined(__linux__)
#include <sys/syscall.h>
#if __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#endif
#endif

#include <cerrno>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

namespace anode::web {

namespace {

// Reading a terminal or a FIFO must neither wait nor change the process.
constexpr int file_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

#if defined(O_PATH)
// Needs only the permission to search the directory.
constexpr int directory_flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
#else
constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
#endif

#if defined(__linux__) && defined(SYS_openat2) && defined(RESOLVE_BENEATH)
constexpr bool has_openat2 = true;

int openat2(int directory, char const* path, symlinks links) noexcept {
  open_how how{};
  how.flags = file_flags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  if (links == symlinks::none) {
    how.resolve |= RESOLVE_NO_SYMLINKS;
  }
  return static_cast<int>(::syscall(SYS_openat2, directory, path, &how, sizeof how));
}
#else
constexpr bool has_openat2 = false;

int openat2(int, char const*, symlinks) noexcept {
  errno = ENOSYS;
  return -1;
}
#endif

opened_file::kind kind_of_error(int error) noexcept {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:  // a link that is not followed
    case EXDEV:  // outside of the root
    case ENAMETOOLONG:
    case ENXIO:   // a socket
    case EMLINK:  // FreeBSD's code for a link
      return opened_file::kind::not_found;
    case EACCES:
    case EPERM:
      return opened_file::kind::forbidden;
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return opened_file::kind::unavailable;
    default:
      return opened_file::kind::failed;
  }
}

opened_file describe(int fd) {
  opened_file file;
  file.fd = descriptor(fd);
  struct ::stat facts{};
  if (fd == -1 || ::fstat(fd, &facts) != 0) {
    file.error = errno;
    file.result = kind_of_error(file.error);
    return file;
  }
  if (S_ISDIR(facts.st_mode)) {
    file.result = opened_file::kind::directory;
  } else if (S_ISREG(facts.st_mode)) {
    file.result = opened_file::kind::file;
    file.size = static_cast<std::uint64_t>(facts.st_size);
  } else {
    return {};
  }
#if defined(__APPLE__)
  ::timespec const& modified = facts.st_mtimespec;
#else
  ::timespec const& modified = facts.st_mtim;
#endif
  file.modified = modified.tv_sec;
  file.modified_ns = static_cast<std::uint32_t>(modified.tv_nsec);
  return file;
}

}  // namespace

root_directory::root_directory(std::filesystem::path const& root, symlinks links, method how)
    : root_(::open(root.c_str(), directory_flags)),
      links_(links),
      how_(has_openat2 ? how : method::walk) {
  if (!root_) {
    throw std::system_error(errno, std::generic_category(), root.string());
  }
  if (how_ == method::walk) {
    return;
  }
  descriptor const probe(open_by_kernel("."));
  if (!probe) {
    if (errno != ENOSYS) {
      throw std::system_error(errno, std::generic_category(), root.string());
    }
    how_ = method::walk;
  }
}

opened_file root_directory::open(std::string const& path) const {
  if (!is_safe_path(path)) {
    return {};
  }
  if (path.empty()) {
    return describe(how_ == method::automatic ? open_by_kernel(".")
                                              : ::openat(root_.get(), ".", file_flags));
  }
  return describe(how_ == method::automatic ? open_by_kernel(path) : open_by_walk(path));
}

int root_directory::open_by_kernel(std::string const& path) const noexcept {
  // The kernel reports a concurrent rename that it cannot rule out as an escape.
  constexpr int attempts = 8;
  int fd = -1;
  for (int i = 0; i != attempts; ++i) {
    fd = openat2(root_.get(), path.c_str(), links_);
    if (fd != -1 || (errno != EAGAIN && errno != EINTR)) {
      break;
    }
  }
  return fd;
}

int root_directory::open_by_walk(std::string const& path) const {
  descriptor directory;
  std::size_t begin = 0;
  while (true) {
    int const parent = directory ? directory.get() : root_.get();
    std::size_t const end = path.find('/', begin);
    std::string const segment = path.substr(begin, end - begin);
    if (end == std::string::npos) {
      return ::openat(parent, segment.c_str(), file_flags | O_NOFOLLOW);
    }
    descriptor next(::openat(parent, segment.c_str(), directory_flags | O_NOFOLLOW));
    if (!next) {
      return -1;
    }
    directory = std::move(next);
    begin = end + 1;
  }
}

opened_file open_file(std::filesystem::path const& path) {
  return describe(::open(path.c_str(), file_flags));
}

}  // namespace anode::web
