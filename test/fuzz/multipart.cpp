// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Fuzzes the reader of multipart bodies: the pieces that a body comes in do not change its parts,
// no byte is lost, and no part contains a delimiter.
#include "web/body/multipart_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace web = anode::web;
using event = web::multipart_reader::event;

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

// The parts of a body that comes in pieces whose sizes are derived from `seed`; 0: whole.
std::string parts_of(std::string_view body, std::uint32_t seed) {
  web::multipart_limits limits;
  limits.parts = 8;
  limits.header_bytes = 200;
  limits.header_lines = 4;
  limits.field_size = 64;
  limits.file_size = 256;
  limits.preamble_size = 64;
  web::multipart_reader reader("b", limits);
  std::string all;
  std::string data;
  std::size_t events = 0;
  std::size_t const most_events = 3 * body.size() + 100;
  while (true) {
    require(++events <= most_events);
    switch (reader.next()) {
      case event::need_input: {
        if (body.empty()) {
          reader.finish();
          break;
        }
        seed = seed * 1664525 + 1013904223;
        std::string_view const piece =
            body.substr(0, seed == 1013904223 ? body.size() : seed >> 29U);
        reader.feed(piece);
        body.remove_prefix(piece.size());
        break;
      }
      case event::part:
        all += "[" + reader.head().name + "|" + reader.head().file_name + "|";
        data.clear();
        break;
      case event::data:
        require(!reader.data().empty());
        all += reader.data();
        data += reader.data();
        require(data.size() <= 256);
        break;
      case event::part_end:
        require(data.find("\r\n--b\r\n") == std::string::npos);
        require(data.find("\r\n--b--") == std::string::npos);
        all += "]";
        break;
      case event::end:
        return all + ".";
      case event::fault:
        require(reader.fault() != web::multipart_fault::none);
        return all + "!" + std::string(web::text_of(reader.fault()));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  std::string_view const body(reinterpret_cast<char const*>(bytes) + 1, size - 1);
  require(parts_of(body, 0) == parts_of(body, bytes[0] + 1U));
  return 0;
}
