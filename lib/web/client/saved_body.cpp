// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/client/saved_body.hpp"

#include <anode/web/blocking.hpp>

#include <utility>

namespace anode::web {

namespace {

// Bytes that one task writes.
constexpr std::size_t save_size = 256 * 1024;

}  // namespace

saved_body::saved_body(net::any_io_executor ex, std::filesystem::path path)
    : executor_(std::move(ex)), file_(std::make_shared<new_file>(std::move(path))) {}

net::awaitable<void> saved_body::create() {
  auto const create = [file = file_] { file->create(); };
  co_await blocking(executor_, create, when_full::queue);
}

net::awaitable<void> saved_body::write(std::string_view data) {
  buffer_ += data;
  size_ += data.size();
  if (buffer_.size() >= save_size) {
    co_await flush();
  }
}

net::awaitable<std::uint64_t> saved_body::commit() {
  if (!buffer_.empty()) {
    co_await flush();
  }
  auto const commit = [file = file_] { file->commit(); };
  co_await blocking(executor_, commit, when_full::queue);
  co_return size_;
}

net::awaitable<void> saved_body::flush() {
  auto const data = std::make_shared<std::string const>(std::exchange(buffer_, {}));
  auto const write = [file = file_, data] { file->write(*data); };
  // Each response has at most one task, therefore the queue is bounded by the responses.
  co_await blocking(executor_, write, when_full::queue);
}

}  // namespace anode::web
