// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/token_operation.hpp"
#include "stream/buffered_socket.hpp"
#include "stream/socket_write.hpp"
#include "transport/memory_stream.hpp"

#include <anode/error.hpp>
#include <anode/proxy_protocol.hpp>
#include <anode/socket.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace anode {

using anode::stream::buffered_socket;

namespace {

detail::ptr<buffered_socket> hold(buffered_socket* core) {
  return detail::ptr<buffered_socket>(core);
}

net::awaitable<std::optional<std::string_view>> read_view(detail::ptr<buffered_socket> core) {
  if (!core) {
    co_return std::nullopt;
  }
  core->consume_viewed();
  // Not `if (!co_await ...)`: g++ 12 miscompiles it and does not initialize the frame.
  bool const more = co_await buffered_socket::wait_input(core);
  if (!more) {
    co_return std::nullopt;
  }
  co_return core->view_input();
}

net::awaitable<std::size_t> read_into(detail::ptr<buffered_socket> core,
                                      net::mutable_buffer buffer) {
  if (!core) {
    co_return 0;
  }
  core->consume_viewed();
  if (buffer.size() == 0) {
    co_return 0;
  }
  bool const more = co_await buffered_socket::wait_input(core);
  if (!more) {
    co_return 0;
  }
  std::string_view const input = core->input();
  std::size_t const n = std::min(input.size(), buffer.size());
  std::memcpy(buffer.data(), input.data(), n);
  core->consume(n);
  co_return n;
}

net::awaitable<void> wait_drained(detail::ptr<buffered_socket> core) {
  while (core && !core->output().empty() && !core->destroyed()) {
    core->flush_later();
    co_await core->progress().wait();
  }
}

net::awaitable<void> wait_closed(detail::ptr<buffered_socket> core) {
  if (core) {
    core->watch_hangup();  // notices a reset while nobody reads
  }
  while (core && !core->destroyed()) {
    co_await core->progress().wait();
  }
}

net::awaitable<void> run_read(detail::ptr<buffered_socket> core, net::mutable_buffer buffer,
                              runtime::token_operation::ptr operation) {
  error_code ec;
  std::size_t n = 0;
  try {
    n = co_await read_into(core, buffer);
    if (n == 0 && buffer.size() > 0) {
      ec = net::error::eof;
    }
  } catch (boost::system::system_error const& e) {
    ec = e.code();
  }
  operation->complete(ec, n);
}

net::awaitable<void> run_write(write_operation write, std::size_t size,
                               runtime::token_operation::ptr operation) {
  error_code ec;
  try {
    co_await std::move(write);
  } catch (boost::system::system_error const& e) {
    ec = e.code();
  }
  operation->complete(ec, ec ? 0 : size);
}

}  // namespace

socket::socket() noexcept = default;

socket::socket(std::unique_ptr<byte_stream> stream) {
  net::any_io_executor const ex = stream->get_executor();
  core_ = new buffered_socket(std::move(stream),
                              detail::ptr<stream::socket_context>(new stream::socket_context(ex)));
  intrusive_ptr_add_ref(core_);
  core_->add_handle();
}

socket::socket(buffered_socket& core) noexcept : core_(&core) {
  intrusive_ptr_add_ref(core_);
  core_->add_handle();
}

socket::socket(socket const& other) noexcept : core_(other.core_) {
  if (core_ != nullptr) {
    intrusive_ptr_add_ref(core_);
    core_->add_handle();
  }
}

socket::socket(socket&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}

socket& socket::operator=(socket other) noexcept {
  std::swap(core_, other.core_);
  return *this;
}

socket::~socket() {
  if (core_ != nullptr) {
    core_->drop_handle();
    intrusive_ptr_release(core_);
  }
}

// These functions have no effect on an empty handle, because a message can lose its socket between
// two calls of its owner.

socket::executor_type socket::get_executor() const {
  return core_ != nullptr ? core_->executor() : executor_type();
}

net::awaitable<std::optional<std::string_view>> socket::read() { return read_view(hold(core_)); }

net::awaitable<std::size_t> socket::read(net::mutable_buffer buffer) {
  return read_into(hold(core_), buffer);
}

std::string_view socket::buffered() const noexcept {
  return core_ != nullptr ? core_->unviewed_input() : std::string_view();
}

write_operation socket::write(std::string_view data) {
  if (core_ == nullptr) {
    return stream::write_failed(http::error::stream_destroyed);
  }
  return stream::socket_write(*core_, data);
}

write_operation socket::write_owned(std::string&& data) {
  if (core_ == nullptr) {
    return stream::write_failed(http::error::stream_destroyed);
  }
  return stream::socket_write(*core_, std::move(data));
}

write_operation socket::end(std::string_view data) {
  if (core_ == nullptr) {
    return stream::write_failed(http::error::stream_destroyed);
  }
  return stream::socket_end(*core_, data);
}

write_operation socket::end_owned(std::string&& data) {
  if (core_ == nullptr) {
    return stream::write_failed(http::error::stream_destroyed);
  }
  return stream::socket_end(*core_, std::move(data));
}

net::awaitable<void> socket::drained() { return wait_drained(hold(core_)); }

socket& socket::destroy() {
  if (core_ != nullptr) {
    core_->destroy();
  }
  return *this;
}

socket& socket::destroy_soon() {
  if (core_ != nullptr) {
    core_->destroy_soon(false);
  }
  return *this;
}

socket& socket::reset() {
  if (core_ != nullptr) {
    core_->reset();
  }
  return *this;
}

bool socket::destroyed() const noexcept { return core_ == nullptr || core_->destroyed(); }
bool socket::writable() const noexcept { return core_ != nullptr && core_->writable(); }

net::awaitable<void> socket::closed() { return wait_closed(hold(core_)); }

socket& socket::set_timeout(std::chrono::milliseconds timeout) {
  if (core_ != nullptr) {
    core_->set_timeout(timeout);
  }
  return *this;
}

socket& socket::set_no_delay(bool on) {
  if (core_ != nullptr) {
    core_->stream().set_no_delay(on);
  }
  return *this;
}

socket& socket::set_keep_alive(bool on, std::chrono::milliseconds initial_delay,
                               std::chrono::milliseconds interval, std::uint32_t count) {
  if (core_ != nullptr) {
    core_->stream().set_keep_alive_probes({on, initial_delay, interval, count});
  }
  return *this;
}

socket& socket::on_timeout(detail::function<void()> f) {
  if (core_ != nullptr) {
    core_->listen().timeout.add(std::move(f));
  }
  return *this;
}

socket& socket::on_end(detail::function<void()> f) {
  if (core_ != nullptr) {
    core_->listen().end.add(std::move(f));
  }
  return *this;
}

socket& socket::on_error(detail::function<void(error_code)> f) {
  if (core_ != nullptr) {
    core_->listen().error.add(std::move(f));
  }
  return *this;
}

socket& socket::on_close(detail::function<void()> f) {
  if (core_ != nullptr) {
    core_->listen().close.add(std::move(f));
  }
  return *this;
}

endpoint socket::local_endpoint() const {
  return core_ != nullptr ? core_->stream().local_endpoint() : endpoint();
}

endpoint socket::remote_endpoint() const {
  return core_ != nullptr ? core_->stream().remote_endpoint() : endpoint();
}

proxied_connection const* socket::proxied() const noexcept {
  return core_ != nullptr ? core_->stream().proxied() : nullptr;
}

endpoint socket::direct_remote_endpoint() const {
  proxied_connection const* const facts = proxied();
  return facts != nullptr ? facts->remote : remote_endpoint();
}

endpoint socket::direct_local_endpoint() const {
  proxied_connection const* const facts = proxied();
  return facts != nullptr ? facts->local : local_endpoint();
}

std::uint64_t socket::bytes_read() const noexcept {
  return core_ != nullptr ? core_->bytes_read() : 0;
}

std::uint64_t socket::bytes_written() const noexcept {
  return core_ != nullptr ? core_->output().end() + core_->passed_out() : 0;
}

std::size_t socket::writable_length() const noexcept {
  return core_ != nullptr ? core_->output().size() : 0;
}

byte_stream* socket::stream() const noexcept {
  return core_ != nullptr ? &core_->stream() : nullptr;
}

bool socket::encrypted() const noexcept { return core_ != nullptr && core_->stream().encrypted(); }

bool socket::authorized() const noexcept {
  secure_info const* const info = secure();
  return info != nullptr && info->authorized;
}

secure_info const* socket::secure() const noexcept {
  return core_ != nullptr ? core_->stream().secure() : nullptr;
}

native_handle_type socket::native_handle() const {
  return core_ != nullptr ? core_->stream().native_handle() : no_native_handle;
}

void socket::start_read(net::mutable_buffer buffer, detail::completion done) {
  if (core_ == nullptr) {
    std::move(done)(net::error::eof, 0);
    return;
  }
  runtime::token_operation::start(core_->executor(), std::move(done), [&](auto operation) {
    return run_read(hold(core_), buffer, std::move(operation));
  });
}

void socket::start_write(net::const_buffer buffer, detail::completion done) {
  if (core_ == nullptr) {
    std::move(done)(make_error_code(http::error::stream_destroyed), 0);
    return;
  }
  std::string_view const data(static_cast<char const*>(buffer.data()), buffer.size());
  runtime::token_operation::start(core_->executor(), std::move(done), [&](auto operation) {
    return run_write(write(data), data.size(), std::move(operation));
  });
}

std::pair<socket, socket> socket_pair(net::any_io_executor const& ex, std::size_t capacity) {
  auto [one, other] = transport::make_memory_pair(ex, capacity);
  return {socket(std::move(one)), socket(std::move(other))};
}

}  // namespace anode
