// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "http1/head_writer_fast_path.hpp"

#include "base/string_writer.hpp"

namespace anode::http1 {
namespace {

constexpr char start[] = "HTTP/1.1 200 OK\r\n";
constexpr char end[] = "\r\n\r\n";

}  // namespace

std::string fast_path_fields(std::string_view date_line, std::string_view keep_alive_line) {
  std::string fields(date_line);
  fields += "Connection: keep-alive\r\n";
  fields += keep_alive_line;
  fields += "Content-Length: ";
  return fields;
}

message::outgoing_framing write_head_fast_path(std::string& out, message::header_map const& headers,
                                               std::string_view fields,
                                               std::uint64_t content_length) {
  std::string_view const own = headers.contiguous_lines();
  base::string_writer to(out, sizeof start + own.size() + fields.size() +
                                  base::string_writer::longest_number + sizeof end);
  to.put(start);
  to.put(own);
  to.put(fields);
  to.put_number(content_length);
  to.put(end);
  to.finish();
  return {message::body_end::length, content_length};
}

}  // namespace anode::http1
