// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
//
// The only file that includes Beast's HTTP parser.
#include "http1/beast_tokenizer.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/optional.hpp>

#include <cstdint>
#include <limits>

namespace anode::http1 {
namespace {

namespace beast = boost::beast;

/// Replaces the first letter of a name. Beast knows no field name that begins with it.
constexpr char name_mask = '!';

/// Replaces a byte of a value or reason phrase. It is valid there and is not trimmed.
constexpr char text_mask = 'x';

/// Masks bytes of a head and restores them in order. The destructor restores the rest.
class byte_mask {
public:
  byte_mask(char* bytes, std::vector<masked_byte> const& all, std::ptrdiff_t shift) noexcept
      : bytes_(bytes), next_(all.data()), end_(all.data() + all.size()), shift_(shift) {
    for (masked_byte const& d : all) {
      bytes_[position(d)] = d.original >= 'A' && d.original != 0x7f ? name_mask : text_mask;
    }
  }

  byte_mask(byte_mask const&) = delete;
  byte_mask& operator=(byte_mask const&) = delete;

  ~byte_mask() { restore(std::numeric_limits<std::ptrdiff_t>::max()); }

  /// Restores the masked bytes before the offset `end`.
  void restore(std::ptrdiff_t end) noexcept {
    for (; next_ != end_ && position(*next_) < end; ++next_) {
      bytes_[position(*next_)] = next_->original;
    }
  }

private:
  std::ptrdiff_t position(masked_byte const& d) const noexcept {
    return static_cast<std::ptrdiff_t>(d.at) + shift_;
  }

  char* bytes_;
  masked_byte const* next_;
  masked_byte const* end_;
  std::ptrdiff_t shift_;
};

/// Stores the positions that Beast finds in a list of field lines.
///
/// Beast calls the `_impl` member functions. They are not marked `override` because
/// `on_trailer_field_impl` exists only since Beast version 359.
template <bool is_request>
class position_finder final : public beast::http::basic_parser<is_request> {
  using base = beast::http::basic_parser<is_request>;
  using error_code = beast::error_code;
  using text = beast::string_view;

public:
  position_finder(http::field_lines& lines, message::message_head* head, std::size_t at,
                  byte_mask& hidden)
      : lines_(lines), head_(head), at_(at), hidden_(hidden) {
    this->header_limit(std::numeric_limits<std::uint32_t>::max());
    this->skip(true);
  }

  bool run() {
    std::size_t const size = lines_.bytes().size() - at_;
    error_code ec;
    std::size_t const used = this->put(boost::asio::const_buffer(lines_.data() + at_, size), ec);
    return !ec && used == size && this->is_header_done();
  }

private:
  std::size_t offset(text t) const noexcept {
    return static_cast<std::size_t>(t.data() - lines_.data());
  }

  void on_request_impl(beast::http::verb, text, text target, int, error_code&) { set_text(target); }

  void on_response_impl(int, text reason, int, error_code&) { set_text(reason); }

  void on_field_impl(beast::http::field, text name, text value, error_code&) {
    std::size_t const name_at = offset(name);
    // Beast does not report the position of an empty value.
    std::size_t const value_at = value.empty() ? name_at + name.size() : offset(value);
    hidden_.restore(static_cast<std::ptrdiff_t>(value_at + value.size() - at_));
    if (head_ != nullptr) {
      head_->note(message::find_field_id({name.data(), name.size()}), lines_.size());
    }
    lines_.append_place(name_at, name.size(), value_at, value.size());
  }

  void on_header_impl(error_code&) {}
  void on_finish_impl(error_code&) {}

  // GCOVR_EXCL_START: Beast requires these, but the input never has a body
  void on_trailer_field_impl(beast::http::field, text, text, error_code&) {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) {}
  std::size_t on_body_impl(text body, error_code&) { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, text, error_code&) {}
  std::size_t on_chunk_body_impl(std::uint64_t, text body, error_code&) { return body.size(); }
  // GCOVR_EXCL_STOP

  void set_text(text t) noexcept {
    if (head_ != nullptr) {
      head_->set_start_line_text(offset(t), t.size());
    }
  }

  http::field_lines& lines_;
  message::message_head* head_;
  std::size_t at_;
  byte_mask& hidden_;
};

}  // namespace

bool tokenize_head(message::message_kind kind, message::message_head& head, std::size_t at,
                   std::vector<masked_byte> const& masked_bytes, std::ptrdiff_t shift) {
  byte_mask hidden(head.fields.data() + at, masked_bytes, shift);
  if (kind == message::message_kind::request) {
    return position_finder<true>(head.fields, &head, at, hidden).run();
  }
  return position_finder<false>(head.fields, &head, at, hidden).run();
}

bool tokenize_trailers(http::field_lines& trailers, std::string_view section,
                       std::vector<masked_byte> const& masked_bytes) {
  constexpr std::string_view start_line = "GET / HTTP/1.1\r\n";
  trailers.append_bytes(start_line);
  trailers.append_bytes(section);
  byte_mask hidden(trailers.data(), masked_bytes, start_line.size());
  return position_finder<true>(trailers, nullptr, 0, hidden).run();
}

}  // namespace anode::http1
