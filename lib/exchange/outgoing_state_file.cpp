// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Parts of files in the body of an outgoing message.
#include "base/access.hpp"
#include "exchange/outgoing_state.hpp"

#include <anode/error.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace anode::exchange {

using anode::message::body_end;
using http::error;

namespace {

// The most bytes of a file that pass through filters at a time.
constexpr std::size_t piece_size = 64 * 1024;

void check_range(std::uint64_t offset, std::uint64_t length) {
  constexpr auto most_bytes = std::numeric_limits<std::size_t>::max() / 4;
  constexpr auto last_offset = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (length > most_bytes || offset > last_offset - length) {
    throw http::exception(error::out_of_range,
                          "The value of \"offset\" or \"length\" is out of range");
  }
}

}  // namespace

// Passes the rest of a file through the filters when its operation is destroyed.
class outgoing_state::filtered_file {
public:
  explicit filtered_file(outgoing_state& of) noexcept
      : keep_(of.keep_), of_(&of), number_(of.stages_->file_number) {}
  filtered_file(filtered_file&& other) noexcept
      : keep_(std::move(other.keep_)),
        of_(std::exchange(other.of_, nullptr)),
        number_(other.number_) {}
  filtered_file& operator=(filtered_file&&) = delete;

  ~filtered_file() {
    if (of_ != nullptr && pending()) {
      try {
        of_->pass_file(true);
      } catch (...) {
        of_->destroy({});
      }
    }
  }

  /// Returns whether bytes of this file are still to be read.
  bool pending() const noexcept {
    return of_->stages_ && of_->stages_->file_left > 0 && of_->stages_->file_number == number_;
  }

private:
  detail::ptr<detail::counted> keep_;
  outgoing_state* of_;
  std::uint64_t number_;
};

write_operation outgoing_state::write_file(native_handle_type file, std::uint64_t offset,
                                           std::uint64_t length) {
  check_range(offset, length);
  detail::ptr<detail::counted> const self(keep_);
  if (length == 0 || ended_ || !writable()) {
    return operation(put({}));
  }
  if (staged_) {
    stages_->require_no_filter();
    pass_file(true);
    if (!head_written_) {
      prepare_head(std::nullopt);
    }
    if (ended_ || !writable()) {
      return operation(put({}));
    }
    if (filters_body()) {
      return write_filtered_file(file, offset, length);
    }
  }
  return operation(put_file(file, offset, static_cast<std::size_t>(length)));
}

write_operation outgoing_state::write_filtered_file(native_handle_type file, std::uint64_t offset,
                                                    std::uint64_t length) {
  store_head();
  if (!filters_body()) {
    return operation(put({}));
  }
  count_unfiltered(length, false);
  stages_->file = file;
  stages_->file_offset = offset;
  stages_->file_left = length;
  ++stages_->file_number;
  filtered_file rest(*this);
  pass_file(corked_ > 0);  // awaiting a corked write does not wait
  if (!writable()) {
    return stream::write_failed(error::stream_destroyed);
  }
  if (!rest.pending()) {
    return room();
  }
  return detail::access::make<write_operation>(
      wait_filtered_file(detail::ptr<detail::counted>(keep_), *this, std::move(rest)), false);
}

// Passes bytes of the file through the filters: all of them, or until the output reaches the
// high-water mark.
void outgoing_state::pass_file(bool all) {
  detail::ptr<detail::counted> const self(keep_);
  while (stages_->file_left > 0 && (all || has_room())) {
    if (!writable() || !filters_body()) {
      stages_->file_left = 0;
      return;
    }
    std::string& piece = stages_->piece;
    piece.clear();
    error_code ec;
    stream::read_file(
        stages_->file, stages_->file_offset,
        static_cast<std::size_t>(std::min<std::uint64_t>(stages_->file_left, piece_size)), piece,
        ec);
    if (piece.empty()) {
      stages_->file_left = 0;
      destroy(ec ? ec : make_error_code(error::content_length_mismatch));
      return;
    }
    stages_->file_offset += piece.size();
    stages_->file_left -= piece.size();
    put_filtered(run_filters(piece, false, false));
  }
}

net::awaitable<void> outgoing_state::wait_filtered_file(detail::ptr<detail::counted> keep,
                                                        outgoing_state& self, filtered_file rest) {
  do {
    co_await wait_room(keep, self, {});
    if (rest.pending()) {
      self.pass_file(false);
      if (!self.writable()) {
        throw boost::system::system_error(error::stream_destroyed);
      }
    }
  } while (rest.pending());
  co_await wait_room(keep, self, {});
}

}  // namespace anode::exchange
