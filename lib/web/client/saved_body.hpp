// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/body/new_file.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace anode::web {

namespace net = boost::asio;

/// A new file that a coroutine writes on the threads for blocking work.
class saved_body {
public:
  /// Will make the file `path`, which must not exist.
  saved_body(net::any_io_executor ex, std::filesystem::path path);

  /// Makes the temporary file.
  net::awaitable<void> create();

  /// Appends bytes. Writes them when enough are collected.
  net::awaitable<void> write(std::string_view data);

  /// Writes the rest and gives the file its name. Returns the size.
  net::awaitable<std::uint64_t> commit();

private:
  net::awaitable<void> flush();

  net::any_io_executor executor_;
  std::shared_ptr<new_file> file_;
  std::string buffer_;
  std::uint64_t size_ = 0;
};

}  // namespace anode::web
