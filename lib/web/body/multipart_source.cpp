// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/multipart_source.hpp"

#include <anode/web/context.hpp>

namespace anode::web {

namespace {

[[noreturn]] void refuse(multipart_fault fault) {
  throw http_error(status_of(fault), text_of(fault));
}

}  // namespace

net::awaitable<bool> multipart_source::next_part(std::shared_ptr<multipart_source> self) {
  while (true) {
    switch (self->reader_.next()) {
      case multipart_reader::event::need_input:
        co_await self->fill();
        break;
      case multipart_reader::event::part:
        if (!self->reader_.head().has_name || self->reader_.head().disposition != "form-data") {
          refuse(multipart_fault::malformed);
        }
        ++self->number_;
        self->in_part_ = true;
        co_return true;
      case multipart_reader::event::end:
        self->in_part_ = false;
        co_return false;
      case multipart_reader::event::fault:
        refuse(self->reader_.fault());
      default:
        break;  // the rest of the part before
    }
  }
}

net::awaitable<std::optional<std::string_view>> multipart_source::read(
    std::shared_ptr<multipart_source> self, std::uint64_t number) {
  while (self->in_part_ && self->number_ == number) {
    switch (self->reader_.next()) {
      case multipart_reader::event::need_input:
        co_await self->fill();
        break;
      case multipart_reader::event::data:
        co_return self->reader_.data();
      case multipart_reader::event::fault:
        refuse(self->reader_.fault());
      default:
        self->in_part_ = false;
        break;
    }
  }
  co_return std::nullopt;
}

net::awaitable<void> multipart_source::fill() {
  std::optional<std::string_view> piece;
  if (context_ != nullptr) {
    piece = co_await context_->read();
  } else {
    piece = co_await request_.read();
  }
  if (piece) {
    reader_.feed(*piece);
  } else {
    reader_.finish();
  }
}

}  // namespace anode::web
