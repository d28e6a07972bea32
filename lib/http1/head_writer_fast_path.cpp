// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "http1/head_writer_fast_path.hpp"

#include "base/string_writer.hpp"

namespace anode::http1 {
namespace {

constexpr char start[] = "HTTP/1.1 200 OK\r\n";
constexpr char end[] = "\r\n\r\n";
constexpr char get[] = "GET ";
constexpr char get_version[] = " HTTP/1.1\r\n";
constexpr char keep_alive_end[] = "Connection: keep-alive\r\n\r\n";

// Returns the most bytes of a head.
std::size_t bound(std::string_view own, std::string_view fields) noexcept {
  return sizeof start + own.size() + fields.size() + base::string_writer::longest_number +
         sizeof end;
}

void put_head(base::string_writer& to, std::string_view own, std::string_view fields,
              std::uint64_t content_length) {
  to.put(start);
  to.put(own);
  to.put(fields);
  to.put_number(content_length);
  to.put(end);
}

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
  base::string_writer to(out, bound(own, fields));
  put_head(to, own, fields, content_length);
  to.finish();
  return {message::body_end::length, content_length};
}

void write_message_fast_path(std::string& out, message::header_map const& headers,
                             std::string_view fields, std::string_view body) {
  std::string_view const own = headers.contiguous_lines();
  base::string_writer to(out, bound(own, fields) + body.size());
  put_head(to, own, fields, body.size());
  to.put(body);
  to.finish();
}

void write_get_fast_path(std::string& out, std::string_view target,
                         message::header_map const& headers) {
  std::string_view const own = headers.contiguous_lines();
  base::string_writer to(
      out, sizeof get + target.size() + sizeof get_version + own.size() + sizeof keep_alive_end);
  to.put(get);
  to.put(target);
  to.put(get_version);
  to.put(own);
  to.put(keep_alive_end);
  to.finish();
}

}  // namespace anode::http1
