// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace test_web {

/// Returns `text` with `\\`, `\t`, `\n`, `\r`, `\xNN` and `\e`, an empty text, replaced.
inline std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    char const c = text[++i];
    if (c == 'x' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else if (c == 'e') {
      continue;
    } else {
      out += c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
    }
  }
  return out;
}

/// Reads a table of test/unit/web/tables/: one row a line, cells separated by tabs, lines that
/// begin with `# ` are remarks.
inline std::vector<std::vector<std::string>> read_table(std::string const& name) {
  std::ifstream in("test/unit/web/tables/" + name);
  if (!in) {
    throw std::runtime_error("cannot read the table " + name);
  }
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.starts_with("# ")) {
      continue;
    }
    std::vector<std::string>& row = rows.emplace_back();
    for (std::size_t begin = 0; begin <= line.size();) {
      std::size_t const end = std::min(line.find('\t', begin), line.size());
      row.push_back(unescaped(std::string_view(line).substr(begin, end - begin)));
      begin = end + 1;
    }
  }
  return rows;
}

}  // namespace test_web
