// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/require_handle.hpp"
#include "exchange/outgoing_state.hpp"
#include "runtime/token_operation.hpp"
#include "stream/socket_handle.hpp"

#include <anode/outgoing_message.hpp>

#include <utility>

namespace anode::http {
namespace {

// Only a request's handle can be empty.
exchange::outgoing_state& self(exchange::outgoing_state* out) {
  return base::require_handle(out, "client_request");
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

outgoing_message::executor_type outgoing_message::get_executor() const {
  return self(out_).executor();
}

outgoing_message& outgoing_message::set_header(std::string_view name, header_value_ref value) {
  self(out_).require_head_open("set");
  self(out_).headers.set(name, value);
  return *this;
}

outgoing_message& outgoing_message::append_header(std::string_view name, header_value_ref value) {
  self(out_).require_head_open("append");
  self(out_).headers.append(name, value);
  return *this;
}

outgoing_message& outgoing_message::set_headers(header_list const& headers) {
  self(out_).require_head_open("set");
  self(out_).headers.set_all(headers);
  return *this;
}

outgoing_message& outgoing_message::remove_header(std::string_view name) {
  self(out_).require_head_open("remove");
  self(out_).headers.remove(name);
  return *this;
}

std::optional<header_value> outgoing_message::get_header(std::string_view name) const {
  return self(out_).headers.get(name);
}

bool outgoing_message::has_header(std::string_view name) const noexcept {
  return out_ != nullptr && out_->headers.contains(name);
}

header_list outgoing_message::get_headers() const { return self(out_).headers.get_all(); }

std::vector<std::string> outgoing_message::get_header_names() const {
  return self(out_).headers.names();
}

std::vector<std::string> outgoing_message::get_raw_header_names() const {
  return self(out_).headers.raw_names();
}

outgoing_message& outgoing_message::add_trailers(header_list const& trailers) {
  exchange::outgoing_state& out = self(out_);
  out.trailers.set(trailers, out.unique_headers, out.headers.relaxed_values());
  return *this;
}

outgoing_message& outgoing_message::on_head(
    anode::detail::function<void(std::optional<std::uint64_t>)> f) {
  self(out_).add_head_listener(std::move(f));
  return *this;
}

outgoing_message& outgoing_message::set_body_filter(std::unique_ptr<body_filter> filter) {
  self(out_).add_filter(std::move(filter));
  return *this;
}

write_operation outgoing_message::write(std::string_view data) { return self(out_).write(data); }
write_operation outgoing_message::end() { return self(out_).end({}, false); }
write_operation outgoing_message::end(std::string_view data) { return self(out_).end(data, true); }
write_operation outgoing_message::write_owned(std::string&& data) {
  return self(out_).write_owned(std::move(data));
}
write_operation outgoing_message::end_owned(std::string&& data) {
  return self(out_).end_owned(std::move(data));
}
#ifndef _WIN32
write_operation outgoing_message::write_file(native_handle_type file, std::uint64_t offset,
                                             std::uint64_t length) {
  return self(out_).write_file(file, offset, length);
}
#endif
write_operation outgoing_message::flush_headers() { return self(out_).flush_headers(); }
write_operation outgoing_message::flush() { return self(out_).flush(); }
void outgoing_message::cork() { self(out_).cork(); }
void outgoing_message::uncork() { self(out_).uncork(); }

net::awaitable<void> outgoing_message::drained() { return self(out_).drained(); }
net::awaitable<void> outgoing_message::finished() { return self(out_).wait_finished(); }
outgoing_message& outgoing_message::destroy(error_code ec) {
  if (out_ != nullptr) {
    out_->destroy(ec);
  }
  return *this;
}

bool outgoing_message::headers_sent() const noexcept {
  return out_ != nullptr && out_->head_written();
}
bool outgoing_message::writable_ended() const noexcept { return out_ != nullptr && out_->ended(); }
bool outgoing_message::writable_finished() const noexcept {
  return out_ != nullptr && out_->finished();
}
unsigned outgoing_message::writable_corked() const noexcept {
  return out_ != nullptr ? out_->corked() : 0;
}
std::size_t outgoing_message::writable_length() const noexcept {
  return out_ != nullptr ? out_->writable_length() : 0;
}
std::uint64_t outgoing_message::bytes_sent() const noexcept {
  return out_ != nullptr ? out_->bytes_sent() : 0;
}
std::size_t outgoing_message::writable_high_water_mark() const noexcept {
  return out_ != nullptr ? out_->high_water_mark : 0;
}
bool outgoing_message::writable_need_drain() const noexcept {
  return out_ != nullptr && out_->need_drain();
}
bool outgoing_message::destroyed() const noexcept { return out_ == nullptr || out_->destroyed(); }
bool outgoing_message::closed() const noexcept { return out_ == nullptr || out_->closed(); }
error_code outgoing_message::errored() const noexcept {
  return out_ != nullptr ? out_->error() : error_code();
}

anode::socket outgoing_message::socket() const {
  return out_ != nullptr && out_->core() != nullptr ? stream::handle_to(*out_->core())
                                                    : anode::socket();
}

outgoing_message& outgoing_message::set_strict_content_length(bool on) noexcept {
  if (out_ != nullptr) {
    out_->strict_content_length = on;
  }
  return *this;
}
bool outgoing_message::strict_content_length() const noexcept {
  return out_ != nullptr && out_->strict_content_length;
}

outgoing_message& outgoing_message::on_finish(anode::detail::function<void()> f) {
  self(out_).on_finish.add(std::move(f));
  return *this;
}

outgoing_message& outgoing_message::on_prefinish(anode::detail::function<void()> f) {
  self(out_).on_prefinish.add(std::move(f));
  return *this;
}

outgoing_message& outgoing_message::on_drain(anode::detail::function<void()> f) {
  self(out_).on_drain.add(std::move(f));
  return *this;
}

outgoing_message& outgoing_message::on_error(anode::detail::function<void(error_code)> f) {
  self(out_).on_error.add(std::move(f));
  return *this;
}

outgoing_message& outgoing_message::on_close(anode::detail::function<void()> f) {
  self(out_).on_close.add(std::move(f));
  return *this;
}

void outgoing_message::start_write(net::const_buffer buffer, anode::detail::completion done) {
  if (out_ == nullptr) {  // the handle was moved from after the call
    std::move(done)(make_error_code(error::invalid_this), 0);
    return;
  }
  std::string_view const data(static_cast<char const*>(buffer.data()), buffer.size());
  runtime::token_operation::start(self(out_).executor(), std::move(done), [&](auto operation) {
    return run_write(write(data), data.size(), std::move(operation));
  });
}

}  // namespace anode::http
