// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "exchange/outgoing_stages.hpp"

#include <anode/error.hpp>

namespace anode::http {

body_filter::~body_filter() = default;

}  // namespace anode::http

namespace anode::exchange {
namespace {

// The most capacity of an output buffer that is kept for the next message.
constexpr std::size_t kept_output_capacity = 16384;

// Destroys the elements, whose destructors may add others. Keeps the memory.
template <class T>
void drop(std::vector<T>& all) noexcept {
  while (!all.empty()) {
    T const last = std::move(all.back());
    all.pop_back();
  }
}

}  // namespace

void outgoing_stages::clear() noexcept {
  drop(head_listeners);
  clear_filters();
  failed = false;
}

void outgoing_stages::clear_filters() noexcept {
  drop(filters);
  file_left = 0;
  declared.reset();
  written = 0;
  for (std::string* const buffer : {&outputs_[0], &outputs_[1], &piece}) {
    if (buffer->capacity() > kept_output_capacity) {
      *buffer = std::string();
    }
  }
}

std::string_view outgoing_stages::run_filters(std::string_view in, bool last, bool flush) {
  struct scope {
    explicit scope(bool& on) : filtering(on) { filtering = true; }
    scope(scope const&) = delete;
    scope& operator=(scope const&) = delete;
    ~scope() { filtering = false; }
    bool& filtering;
  };
  scope const running(filtering_);
  for (std::size_t i = 0; i != filters.size(); ++i) {
    std::string& out = outputs_[i % 2];
    out.clear();
    filters[i]->transform(in, last, flush, out);
    in = out;
    if (in.empty() && !last && !flush) {
      break;  // the next filter has nothing to do
    }
  }
  return in;
}

void outgoing_stages::require_no_filter() const {
  if (filtering_) {
    throw http::exception(http::error::invalid_state,
                          "A body filter must not write to its own message");
  }
}

}  // namespace anode::exchange
