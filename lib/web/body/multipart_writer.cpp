// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/disposition_reader.hpp"

#include <anode/web/file_type.hpp>
#include <anode/web/multipart_form.hpp>

#include <random>
#include <stdexcept>
#include <system_error>

namespace anode::web {

namespace {

// 128 random bits, therefore a part cannot contain the boundary on purpose.
std::string form_boundary() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "anode-form-";
  std::random_device random;
  for (int word = 0; word != 4; ++word) {
    auto bits = static_cast<std::uint32_t>(random());
    for (int digit = 0; digit != 8; ++digit, bits >>= 4U) {
      text += digits[bits & 15U];
    }
  }
  return text;
}

void append_name(std::string& out, std::string_view name) {
  out += '"';
  for (char const c : name) {
    switch (c) {
      case '"':
        out += "%22";
        break;
      case '\r':
        out += "%0D";
        break;
      case '\n':
        out += "%0A";
        break;
      default:
        // No other control byte may be in a header.
        out += static_cast<unsigned char>(c) < 0x20 || c == '\x7f' ? '_' : c;
    }
  }
  out += '"';
}

std::string file_head(std::string_view file_name, std::string_view content_type) {
  std::string text = "; filename=";
  append_name(text, file_name);
  text += "\r\nContent-Type: ";
  text += content_type.empty() ? content_type_of(file_name) : std::string(content_type);
  return text += "\r\n\r\n";
}

}  // namespace

multipart_form::multipart_form() : multipart_form(form_boundary()) {}

multipart_form::multipart_form(std::string_view boundary) : boundary_(boundary) {
  if (!is_boundary(boundary)) {
    throw std::invalid_argument("invalid boundary of a multipart body");
  }
  append("--" + boundary_ + "--\r\n");
}

multipart_form& multipart_form::field(std::string_view name, std::string_view value) {
  begin_part(name);
  append("\r\n\r\n");
  append(value);
  close();
  return *this;
}

multipart_form& multipart_form::file(std::string_view name, std::string_view file_name,
                                     std::string_view data, std::string_view content_type) {
  begin_part(name);
  append(file_head(file_name, content_type));
  append(data);
  close();
  return *this;
}

multipart_form& multipart_form::file(std::string_view name, std::filesystem::path const& path) {
  if (!std::filesystem::is_regular_file(path)) {
    throw std::filesystem::filesystem_error("not a regular file", path,
                                            std::make_error_code(std::errc::invalid_argument));
  }
  std::uint64_t const size = std::filesystem::file_size(path);
  begin_part(name);
  append(file_head(path.filename().string(), ""));
  pieces_.push_back({"", path, size});
  length_ += size;
  close();
  return *this;
}

std::string multipart_form::content_type() const {
  // The characters that are not part of a token need quotes.
  bool const is_token = boundary_.find_first_of("()/:=?, ") == std::string::npos;
  return "multipart/form-data; boundary=" + (is_token ? boundary_ : '"' + boundary_ + '"');
}

std::string multipart_form::body() const {
  std::string all;
  for (piece const& p : pieces_) {
    if (!p.file.empty()) {
      throw std::logic_error("the form has a file that is not in memory");
    }
    all += p.text;
  }
  return all;
}

// Replaces the closing delimiter by the head of a part, up to its name.
void multipart_form::begin_part(std::string_view name) {
  std::size_t const closing = boundary_.size() + 6;
  std::string& last = pieces_.back().text;
  last.resize(last.size() - closing);
  pieces_.back().size -= closing;
  length_ -= closing;
  std::string text = "--" + boundary_ + "\r\nContent-Disposition: form-data; name=";
  append_name(text, name);
  append(text);
}

void multipart_form::append(std::string_view text) {
  if (pieces_.empty() || !pieces_.back().file.empty()) {
    pieces_.emplace_back();
  }
  pieces_.back().text += text;
  pieces_.back().size += text.size();
  length_ += text.size();
}

void multipart_form::close() {
  append("\r\n--");
  append(boundary_);
  append("--\r\n");
}

}  // namespace anode::web
