// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Options of static files. Needs the library `anode-web`.

#include <anode/detail/export.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace anode::web {

class file_server;

/// Names that begin with a dot.
enum class dotfiles : std::uint8_t {
  refuse,      ///< all are refused with 404
  well_known,  ///< all but the first segment `.well-known` are refused (RFC 8615)
  serve,       ///< all are served
};

/// Which symbolic links are followed.
enum class symlinks : std::uint8_t {
  beneath,  ///< relative links whose target is beneath the root
  none,     ///< none
};

/// How `files` serves a directory. Functions return the object, therefore calls can be chained.
class ANODE_EXPORT files_options {
public:
  /// Sets the file that is served for a directory; default "index.html". Empty: none.
  files_options& index(std::string name) {
    index_ = std::move(name);
    return *this;
  }

  /// Sets whether names that begin with a dot are served; default `refuse`.
  files_options& dots(dotfiles which) noexcept {
    dots_ = which;
    return *this;
  }

  /// Sets which symbolic links are followed; default `beneath`. On a system without `openat2`, none
  /// are.
  files_options& links(symlinks which) noexcept {
    links_ = which;
    return *this;
  }

  /// Sets the value of Cache-Control; default empty: none is sent.
  files_options& cache_control(std::string value) {
    cache_control_ = std::move(value);
    return *this;
  }

  /// Sets Cache-Control to `max-age`.
  /// @param time rounded down to seconds.
  /// @param immutable the files never change: browsers do not revalidate them when a page is
  ///   reloaded.
  files_options& max_age(std::chrono::seconds time, bool immutable = false) {
    return cache_control("max-age=" + std::to_string(time.count()) +
                         (immutable ? ", immutable" : ""));
  }

  /// Sets whether `a.js.zst`, `a.js.br` and `a.js.gz` are served in the place of `a.js` to clients
  /// that accept the coding; default false. A file that is older than `a.js` is not.
  files_options& precompressed(bool on = true) noexcept {
    precompressed_ = on;
    return *this;
  }

  /// Sets whether `/dir` is redirected to `/dir/`; default true.
  files_options& redirect_directories(bool on) noexcept {
    redirect_directories_ = on;
    return *this;
  }

private:
  friend class file_server;

  std::string index_ = "index.html";
  std::string cache_control_;
  dotfiles dots_ = dotfiles::refuse;
  symlinks links_ = symlinks::beneath;
  bool precompressed_ = false;
  bool redirect_directories_ = true;
};

/// How `send_file` sends a file. Functions return the object, therefore calls can be chained.
class ANODE_EXPORT send_file_options {
public:
  /// Sets Content-Type; default: by the extension of the path.
  send_file_options& content_type(std::string value) {
    content_type_ = std::move(value);
    return *this;
  }

  /// Sets Cache-Control; default: none is sent.
  send_file_options& cache_control(std::string value) {
    cache_control_ = std::move(value);
    return *this;
  }

  /// Makes browsers store the file under this name instead of showing it.
  send_file_options& attachment(std::string file_name) {
    attachment_ = std::move(file_name);
    return *this;
  }

private:
  friend class file_server;

  std::optional<std::string> content_type_;
  std::optional<std::string> attachment_;
  std::string cache_control_;
};

}  // namespace anode::web
