// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "stream/socket_write.hpp"

#include "base/access.hpp"

#include <anode/error.hpp>

#include <utility>

namespace anode::stream {
namespace {

net::awaitable<void> fail(error_code ec) {
  throw boost::system::system_error(ec);
  co_return;
}

error_code reason(buffered_socket const& core) {
  return core.error() ? core.error() : make_error_code(http::error::stream_destroyed);
}

// `borrowed` is a parameter because it must be destroyed with the coroutine, started or not.
net::awaitable<void> wait_written(detail::ptr<buffered_socket> core, borrowed_write borrowed) {
  auto const done = [&] { return core->output().sent() >= borrowed.end() && core->has_room(); };
  if (!done() && !core->destroyed()) {
    core->flush();
  }
  while (!done()) {
    if (core->destroyed()) {
      throw boost::system::system_error(reason(*core));
    }
    co_await core->progress().wait();
  }
}

// A string and the borrow that refers to it. The borrow is destroyed first.
struct owned_text {
  owned_text(std::string&& text, borrowed_write&& b) noexcept
      : data(std::move(text)), borrowed(std::move(b)) {}
  std::string data;
  borrowed_write borrowed;
};

net::awaitable<void> wait_owned(detail::ptr<buffered_socket> core, owned_text text) {
  co_await wait_written(std::move(core), std::move(text.borrowed));
}

// Returns the error that prevents a write; no error if a write is possible.
error_code write_objection(buffered_socket const& core) {
  if (core.destroyed()) {
    return reason(core);
  }
  return core.writable() ? error_code() : make_error_code(http::error::write_after_end);
}

}  // namespace

void borrowed_write::detach_copy() {
  if (end_ > core_->output().sent()) {
    // The operation is abandoned: send what the stream accepts, then copy only the rest.
    core_->flush();
    core_->output().detach_copy(end_);
  }
}

write_operation written(buffered_socket& core, borrowed_write borrowed) {
  bool const below = core.output().size() < core.high_water_mark();
  if (below && !borrowed) {
    return detail::access::make<write_operation>(true);
  }
  return detail::access::make<write_operation>(
      wait_written(detail::ptr<buffered_socket>(&core), std::move(borrowed)), below);
}

write_operation written(bool below_high_water_mark) {
  return detail::access::make<write_operation>(below_high_water_mark);
}

write_operation write_failed(error_code ec) {
  return detail::access::make<write_operation>(fail(ec), false);
}

write_operation socket_write(buffered_socket& core, std::string_view data) {
  if (error_code const ec = write_objection(core)) {
    return write_failed(ec);
  }
  borrowed_write borrowed = put_bytes(core, data);
  core.flush_later();
  return written(core, std::move(borrowed));
}

write_operation socket_write(buffered_socket& core, std::string&& data) {
  if (error_code const ec = write_objection(core)) {
    return write_failed(ec);
  }
  borrowed_write borrowed = put_bytes(core, data);
  core.flush_later();
  if (!borrowed) {
    return written(core, std::move(borrowed));
  }
  // Moving a large string keeps the address of its bytes. Only large strings are borrowed.
  bool const below = core.output().size() < core.high_water_mark();
  return detail::access::make<write_operation>(
      wait_owned(detail::ptr<buffered_socket>(&core),
                 owned_text(std::move(data), std::move(borrowed))),
      below);
}

write_operation socket_end(buffered_socket& core, std::string_view data) {
  if (data.empty() && !core.destroyed()) {
    core.end();
    return written(core, {});
  }
  write_operation operation = socket_write(core, data);
  core.end();
  return operation;
}

write_operation socket_end(buffered_socket& core, std::string&& data) {
  if (data.empty()) {
    return socket_end(core, std::string_view());
  }
  write_operation operation = socket_write(core, std::move(data));
  core.end();
  return operation;
}

}  // namespace anode::stream
