// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "server/unhandled_error.hpp"

#include <cstdio>

namespace anode::server {
namespace {

constexpr std::size_t longest_target = 200;
constexpr std::size_t longest_message = 500;

// Appends untrusted text as one line, with control characters escaped and cut after `most` bytes.
void append_escaped(std::string& out, std::string_view text, std::size_t most) {
  constexpr char digits[] = "0123456789abcdef";
  for (char const c : text.substr(0, most)) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || byte == '\\') {
      out.append({'\\', 'x', digits[byte >> 4], digits[byte & 15]});
    } else {
      out.push_back(c);
    }
  }
  if (text.size() > most) {
    out.append("...");
  }
}

}  // namespace

std::string describe_unhandled(std::exception_ptr const& e, std::string_view method,
                               std::string_view target) {
  std::string line = "anode: ";
  if (!method.empty()) {
    line.append("the handler of ").append(method).push_back(' ');
    append_escaped(line, target.substr(0, target.find('?')), longest_target);
    line.append(" threw: ");
  }
  try {
    std::rethrow_exception(e);
  } catch (std::exception const& known) {
    append_escaped(line, known.what(), longest_message);
  } catch (...) {
    line.append("an exception that is no std::exception");
  }
  line.push_back('\n');
  return line;
}

void print_unhandled(std::exception_ptr const& e, std::string_view method,
                     std::string_view target) {
  std::string const line = describe_unhandled(e, method, target);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace anode::server
