// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "http1/chunk_writer.hpp"

#include "base/text.hpp"
#include "message/header_map.hpp"

#include <anode/error.hpp>

#include <utility>

namespace anode::http1 {

chunk_size_line::chunk_size_line(std::size_t size) noexcept {
  text_[--begin_] = '\n';
  text_[--begin_] = '\r';
  do {
    text_[--begin_] = "0123456789abcdef"[size % 16];
    size /= 16;
  } while (size != 0);
}

void append_chunk(std::string& out, std::string_view data) {
  if (!data.empty()) {
    out.append(chunk_size_line(data.size()).text()).append(data).append(chunk_end);
  }
}

void trailer_lines::set(http::header_list const& trailers, message::unique_headers const* unique,
                        bool relaxed) {
  std::string lines;
  for (auto const& [name, value] : trailers) {
    http::validate_header_name(name, "Trailer name");
    message::field_id const field = message::find_field_id(name);
    if (field == message::field_id::content_length ||
        field == message::field_id::transfer_encoding) {
      throw http::exception(http::error::trailer_invalid,
                            "Trailers are invalid with this transfer encoding");
    }
    bool const joined =
        value.is_list() && (value.size() < 2 || (unique != nullptr && unique->contains(name)));
    if (joined) {
      lines.append(name).append(": ");
    }
    for (std::size_t i = 0; i != value.size(); ++i) {
      if (!base::is_header_text(value[i], relaxed)) {
        throw http::exception(
            http::error::invalid_char,
            base::formatted("Invalid character in trailer content [\"{}\"]", name));
      }
      if (!joined) {
        lines.append(name).append(": ");
      } else if (i != 0) {
        lines.append("; ");
      }
      lines.append(value[i]);
      if (!joined) {
        lines.append("\r\n");
      }
    }
    if (joined) {
      lines.append("\r\n");
    }
  }
  lines_ = std::move(lines);
}

void append_last_chunk(std::string& out, trailer_lines const& trailers) {
  out.append("0\r\n").append(trailers.lines()).append("\r\n");
}

}  // namespace anode::http1
