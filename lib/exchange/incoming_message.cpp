// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/require_handle.hpp"
#include "base/text.hpp"
#include "exchange/incoming_state.hpp"
#include "message/url.hpp"
#include "runtime/token_operation.hpp"
#include "stream/socket_handle.hpp"

#include <anode/error.hpp>
#include <anode/incoming_message.hpp>

#include <utility>

namespace anode::http {

using anode::exchange::incoming_state;

namespace {

field_lines const no_lines;

incoming_state& held_message(incoming_state* self) {
  return base::require_handle(self, "incoming_message");
}

void append(std::string& all, std::string_view segment) { all.append(segment); }

void append(std::vector<std::byte>& all, std::string_view segment) {
  auto const* const first = reinterpret_cast<std::byte const*>(segment.data());
  all.insert(all.end(), first, first + segment.size());
}

[[noreturn]] void throw_too_large(incoming_state const& self, std::size_t limit, bool by_default) {
  std::string_view const option = !by_default ? "the argument of the call"
                                  : self.head.kind == message::message_kind::request
                                      ? "server_options::max_text_size"
                                      : "request_options::max_text_size";
  throw exception(error::body_too_large,
                  base::formatted("The body is larger than {} bytes ({})", limit, option));
}

template <class Bytes>
net::awaitable<Bytes> collect([[maybe_unused]] anode::detail::ptr<anode::detail::counted> keep,
                              incoming_state& self, std::optional<std::size_t> chosen) {
  std::size_t const limit = chosen.value_or(self.text_limit);
  if (self.ended() || self.body_discarded()) {
    throw exception(error::invalid_state, self.body_discarded() ? "The body has been discarded"
                                                                : "The body has already been read");
  }
  Bytes all;
  for (;;) {
    std::optional<std::string_view> segment;
    if (!self.try_read(segment)) {
      segment = co_await self.read();
    }
    if (!segment) {
      break;
    }
    if (segment->size() > limit - all.size()) {
      throw_too_large(self, limit, !chosen);
    }
    append(all, *segment);
  }
  co_return all;
}

net::awaitable<void> run_read([[maybe_unused]] anode::detail::ptr<anode::detail::counted> keep,
                              incoming_state& self, net::mutable_buffer buffer,
                              runtime::token_operation::ptr operation) {
  error_code ec;
  std::size_t n = 0;
  try {
    n = co_await self.read_some(buffer);
    if (n == 0 && buffer.size() > 0) {
      ec = net::error::eof;
    }
  } catch (boost::system::system_error const& e) {
    ec = e.code();
  }
  operation->complete(ec, n);
}

}  // namespace

incoming_message::incoming_message(incoming_state& self, anode::detail::counted& owner)
    : self_(&self), owner_(&owner) {
  intrusive_ptr_add_ref(owner_);
}

incoming_message::incoming_message(incoming_message&& other) noexcept
    : self_(std::exchange(other.self_, nullptr)), owner_(std::exchange(other.owner_, nullptr)) {}

incoming_message& incoming_message::operator=(incoming_message&& other) noexcept {
  if (this != &other) {
    drop();
    self_ = std::exchange(other.self_, nullptr);
    owner_ = std::exchange(other.owner_, nullptr);
  }
  return *this;
}

incoming_message::~incoming_message() { drop(); }

void incoming_message::drop() noexcept {
  if (owner_ != nullptr) {
    self_->drop_handle();
    intrusive_ptr_release(std::exchange(owner_, nullptr));
  }
  self_ = nullptr;
}

incoming_message::executor_type incoming_message::get_executor() const {
  return held_message(self_).executor();
}

std::string_view incoming_message::method() const noexcept {
  return self_ != nullptr ? self_->head.method_name() : std::string_view();
}
std::string_view incoming_message::url() const noexcept {
  return self_ != nullptr && self_->head.kind == message::message_kind::request
             ? self_->head.target()
             : std::string_view();
}

namespace {

message::target_parts parts_of(incoming_state const* self) noexcept {
  if (self == nullptr || self->head.kind != message::message_kind::request) {
    return {};
  }
  if (self->head.method == message::method::connect) {
    return {self->head.target(), {}, {}};
  }
  return message::split_target(self->head.target());
}

}  // namespace

std::string_view incoming_message::path() const noexcept { return parts_of(self_).path; }
std::string_view incoming_message::query() const noexcept { return parts_of(self_).query; }

int incoming_message::status_code() const noexcept {
  return self_ != nullptr ? self_->head.status : 0;
}
std::string_view incoming_message::status_message() const noexcept {
  return self_ != nullptr && self_->head.kind == message::message_kind::response
             ? self_->head.reason()
             : std::string_view();
}

std::string incoming_message::http_version() const {
  return std::to_string(http_version_major()) + "." + std::to_string(http_version_minor());
}
int incoming_message::http_version_major() const noexcept {
  return self_ != nullptr ? self_->head.version_major : 0;
}
int incoming_message::http_version_minor() const noexcept {
  return self_ != nullptr ? self_->head.version_minor : 0;
}

merged_headers const& incoming_message::headers() const { return held_message(self_).headers(); }
field_lines const& incoming_message::raw_headers() const noexcept {
  return self_ != nullptr ? self_->head.fields : no_lines;
}
merged_headers const& incoming_message::trailers() const {
  return held_message(self_).merged_trailers();
}
field_lines const& incoming_message::raw_trailers() const noexcept {
  return self_ != nullptr ? self_->trailers : no_lines;
}

anode::detail::data_slot& incoming_message::slot() const { return held_message(self_).data; }
anode::detail::data_slot const* incoming_message::find_slot() const noexcept {
  return self_ != nullptr ? &self_->data : nullptr;
}

net::awaitable<std::optional<std::string_view>> incoming_message::read() {
  return held_message(self_).read();
}

net::awaitable<std::size_t> incoming_message::read(net::mutable_buffer buffer) {
  return held_message(self_).read_some(buffer);
}

net::awaitable<std::string> incoming_message::text(std::optional<std::size_t> limit) {
  exchange::incoming_state& self = held_message(self_);
  return collect<std::string>(self.keep(), self, limit);
}

net::awaitable<std::vector<std::byte>> incoming_message::bytes(std::optional<std::size_t> limit) {
  exchange::incoming_state& self = held_message(self_);
  return collect<std::vector<std::byte>>(self.keep(), self, limit);
}

void incoming_message::dump() {
  if (self_ != nullptr) {
    self_->discard_buffered();
  }
}

std::size_t incoming_message::readable_high_water_mark() const noexcept {
  return self_ != nullptr ? self_->high_water_mark : 0;
}
bool incoming_message::complete() const noexcept {
  return self_ != nullptr && self_->is_complete();
}
bool incoming_message::aborted() const noexcept { return self_ != nullptr && self_->aborted(); }
bool incoming_message::readable_ended() const noexcept {
  return self_ != nullptr && self_->ended();
}
bool incoming_message::destroyed() const noexcept { return self_ == nullptr || self_->destroyed(); }
bool incoming_message::closed() const noexcept { return self_ == nullptr || self_->closed(); }
net::awaitable<void> incoming_message::wait_close() { return held_message(self_).wait_close(); }
error_code incoming_message::errored() const noexcept {
  return self_ != nullptr ? self_->error() : error_code();
}

std::exception_ptr incoming_message::cause() const noexcept {
  return self_ != nullptr ? self_->cause() : nullptr;
}

incoming_message& incoming_message::destroy(error_code ec) {
  if (self_ != nullptr) {
    self_->destroy(ec);
  }
  return *this;
}

anode::socket incoming_message::socket() const {
  stream::buffered_socket* const core =
      self_ != nullptr && self_->from() != nullptr ? self_->from()->core() : nullptr;
  return core != nullptr ? stream::handle_to(*core) : anode::socket();
}

incoming_message& incoming_message::set_timeout(std::chrono::milliseconds timeout,
                                                anode::detail::function<void()> f) {
  if (f) {
    held_message(self_).on_timeout.add(std::move(f));
  }
  if (held_message(self_).from() != nullptr && held_message(self_).from()->core() != nullptr) {
    held_message(self_).from()->core()->set_timeout(timeout);
  }
  return *this;
}

incoming_message& incoming_message::on_end(anode::detail::function<void()> f) {
  held_message(self_).on_end.add(std::move(f));
  return *this;
}

incoming_message& incoming_message::on_aborted(anode::detail::function<void()> f) {
  held_message(self_).on_aborted.add(std::move(f));
  return *this;
}

incoming_message& incoming_message::on_error(anode::detail::function<void(error_code)> f) {
  held_message(self_).on_error.add(std::move(f));
  return *this;
}

incoming_message& incoming_message::on_timeout(anode::detail::function<void()> f) {
  held_message(self_).on_timeout.add(std::move(f));
  return *this;
}

incoming_message& incoming_message::on_close(anode::detail::function<void()> f) {
  held_message(self_).on_close.add(std::move(f));
  return *this;
}

void incoming_message::start_read(net::mutable_buffer buffer, anode::detail::completion done) {
  if (self_ == nullptr) {  // the handle was moved from after the call
    std::move(done)(make_error_code(error::invalid_this), 0);
    return;
  }
  runtime::token_operation::start(
      held_message(self_).executor(), std::move(done), [&](auto operation) {
        exchange::incoming_state& self = held_message(self_);
        return run_read(self.keep(), self, buffer, std::move(operation));
      });
}

}  // namespace anode::http

anode::detail::data_slot& anode::detail::library_slot(http::incoming_message const& message) {
  return base::require_handle(message.self_, "incoming_message").library_data;
}
