// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/multipart_reader.hpp"

#include "web/body/part_head.hpp"

#include <algorithm>
#include <utility>

namespace anode::web {

int status_of(multipart_fault fault) noexcept {
  switch (fault) {
    case multipart_fault::too_many_parts:
    case multipart_fault::field_too_large:
    case multipart_fault::file_too_large:
      return 413;
    case multipart_fault::head_too_large:
      return 431;
    default:
      return 400;
  }
}

std::string_view text_of(multipart_fault fault) noexcept {
  switch (fault) {
    case multipart_fault::none:
      return "";
    case multipart_fault::malformed:
      return "malformed multipart body";
    case multipart_fault::cut:
      return "multipart body without its end";
    case multipart_fault::too_many_parts:
      return "too many parts";
    case multipart_fault::head_too_large:
      return "headers of a part are too large";
    case multipart_fault::field_too_large:
      return "a field is too large";
    case multipart_fault::file_too_large:
      return "a file is too large";
  }
  return "";
}

multipart_reader::multipart_reader(std::string_view boundary, multipart_limits const& limits)
    : delimiter_("\r\n--"), limits_(limits) {
  delimiter_ += boundary;
  size_ = delimiter_.size();
  delimiter_ += '-';
}

multipart_reader::event multipart_reader::next() {
  while (true) {
    event const result = step();
    if (result != event::need_input || state_ == state::failed) {
      return result;
    }
    if (input_.empty()) {
      return finished_ ? at_end() : event::need_input;
    }
  }
}

multipart_reader::event multipart_reader::fail(multipart_fault fault) noexcept {
  fault_ = fault;
  state_ = state::failed;
  input_ = {};
  return event::fault;
}

multipart_reader::event multipart_reader::at_end() noexcept {
  if (state_ == state::closing || state_ == state::closing_feed) {
    state_ = state::ended;
    return event::end;
  }
  return fail(multipart_fault::cut);
}

// Makes one event or change of state. Returns `need_input` if there is no event.
multipart_reader::event multipart_reader::step() {
  if (state_ == state::failed) {
    return event::fault;
  }
  if (state_ == state::ended) {
    return event::end;
  }
  if (input_.empty()) {
    return event::need_input;
  }
  char const c = input_.front();
  switch (state_) {
    case state::preamble:
    case state::body:
      return search();
    case state::head:
      return read_head();
    case state::delimiter:
      if (c != '-' && c != ' ' && c != '\t' && c != '\r') {
        return not_a_delimiter(size_);
      }
      break;
    case state::dash:
      if (c != '-') {
        return not_a_delimiter(size_ + 1);
      }
      break;
    default:
      break;
  }

  input_.remove_prefix(1);
  switch (state_) {
    case state::delimiter:
      if (c == '-') {
        state_ = state::dash;
        return event::need_input;
      }
      [[fallthrough]];
    case state::padding:
      if (c == '\r') {
        state_ = state::line_feed;
      } else if (c == ' ' || c == '\t') {
        state_ = state::padding;
      } else {
        return fail(multipart_fault::malformed);
      }
      break;
    case state::line_feed:
      if (c != '\n') {
        return fail(multipart_fault::malformed);
      }
      if (parts_ == limits_.parts) {
        return fail(multipart_fault::too_many_parts);
      }
      ++parts_;
      lines_.clear();
      head_ = {};
      line_ = 0;
      line_count_ = 0;
      state_ = state::head;
      break;
    case state::dash:
      state_ = state::closing;
      break;
    case state::closing:
      if (c == '\r') {
        state_ = state::closing_feed;
      } else if (c != ' ' && c != '\t') {
        return fail(multipart_fault::malformed);
      }
      break;
    case state::closing_feed:
      if (c != '\n') {
        return fail(multipart_fault::malformed);
      }
      state_ = state::ended;
      input_ = {};
      return event::end;
    default:
      break;
  }
  // Only now it is certain that the delimiter ends the part.
  bool const is_certain = state_ != state::dash;
  return is_certain && std::exchange(in_part_, false) ? event::part_end : event::need_input;
}

// The number of bytes that continue the delimiter behind `matched_`.
std::size_t multipart_reader::compare(std::string_view input) const noexcept {
  std::string_view const rest = std::string_view(delimiter_).substr(matched_, size_ - matched_);
  std::size_t const size = std::min(rest.size(), input.size());
  return static_cast<std::size_t>(
      std::mismatch(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size), input.begin())
          .first -
      rest.begin());
}

// Searches the delimiter. CR occurs in it only as the first byte. Therefore, behind bytes that
// match partly, the search continues where the match ended.
multipart_reader::event multipart_reader::search() {
  if (matched_ != 0) {
    std::size_t const same = compare(input_);
    matched_ += same;
    input_.remove_prefix(same);
    if (matched_ == size_) {
      state_ = state::delimiter;
      return event::need_input;
    }
    return input_.empty() ? event::need_input : not_a_delimiter(matched_);
  }
  std::size_t at = 0;
  while (true) {
    at = input_.find('\r', at);
    if (at == std::string_view::npos) {
      return emit(std::exchange(input_, {}));
    }
    std::size_t const same = compare(input_.substr(at));
    if (same == size_ || at + same == input_.size()) {
      matched_ = same;
      implied_ = 0;
      if (same == size_) {
        state_ = state::delimiter;
      }
      std::string_view const before = input_.substr(0, at);
      input_.remove_prefix(at + same);
      return emit(before);
    }
    at += same;
  }
}

// Emits the first `size` bytes of the delimiter, which turned out to be data.
multipart_reader::event multipart_reader::not_a_delimiter(std::size_t size) {
  std::string_view const bytes = std::string_view(delimiter_).substr(implied_, size - implied_);
  matched_ = 0;
  implied_ = 0;
  state_ = in_part_ ? state::body : state::preamble;
  return emit(bytes);
}

multipart_reader::event multipart_reader::emit(std::string_view data) {
  if (data.empty()) {
    return event::need_input;
  }
  if (!in_part_) {
    preamble_ += data.size();
    return preamble_ > limits_.preamble_size ? fail(multipart_fault::malformed) : event::need_input;
  }
  std::uint64_t const limit = is_file_ ? limits_.file_size : limits_.field_size;
  if (data.size() > limit - part_size_) {
    data = data.substr(0, static_cast<std::size_t>(limit - part_size_));
    fail(is_file_ ? multipart_fault::file_too_large : multipart_fault::field_too_large);
    if (data.empty()) {
      return event::fault;
    }
  }
  part_size_ += data.size();
  data_ = data;
  return event::data;
}

multipart_reader::event multipart_reader::read_head() {
  std::size_t const end = input_.find('\n');
  bool const is_complete = end != std::string_view::npos;
  std::string_view const bytes = input_.substr(0, is_complete ? end + 1 : end);
  if (bytes.size() > limits_.header_bytes - lines_.size()) {
    return fail(multipart_fault::head_too_large);
  }
  lines_ += bytes;
  input_.remove_prefix(bytes.size());
  if (!is_complete) {
    return event::need_input;
  }
  std::string_view const line = std::string_view(lines_).substr(line_);
  if (!line.ends_with("\r\n")) {
    return fail(multipart_fault::malformed);
  }
  if (line.size() > 2) {
    line_ = lines_.size();
    return ++line_count_ > limits_.header_lines ? fail(multipart_fault::head_too_large)
                                                : event::need_input;
  }
  if (!parse_part_head(std::string_view(lines_).substr(0, line_), head_)) {
    return fail(multipart_fault::malformed);
  }
  // An empty part may end without a line break of its own.
  matched_ = 2;
  implied_ = 2;
  part_size_ = 0;
  is_file_ = head_.is_file;
  in_part_ = true;
  state_ = state::body;
  return event::part;
}

}  // namespace anode::web
