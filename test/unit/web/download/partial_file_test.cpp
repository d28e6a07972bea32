// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/download/partial_file.hpp"

#include "support/catch.hpp"
#include "unit/web/files/temporary_tree.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace unit_web_download_partial_file {

using namespace anode::web;

namespace {

struct part_fixture {
  temporary_tree tree{};
  std::filesystem::path path = tree.root() / "file";
  std::filesystem::path part = tree.root() / "file.part";
  std::filesystem::path tag = tree.root() / "file.part.tag";

  static std::string content(std::filesystem::path const& p) {
    std::ifstream in(p, std::ios::binary);
    return in ? std::string(std::istreambuf_iterator<char>(in), {}) : "none";
  }

  static void put(std::filesystem::path const& p, std::string_view text) {
    std::ofstream(p, std::ios::binary) << text;
  }

  /// Makes a part as a download that is cut leaves it.
  void leave(std::string_view data, std::optional<std::uint64_t> total = 10) const {
    partial_file file(path);
    file.open("k");
    partial_state s;
    s.validator = "\"v\"";
    s.total = total;
    file.restart(s);
    file.write(data);
  }

  /// Opens a new object. Returns "size total validator", or the error.
  std::string open(std::string_view key = "k") const {
    partial_file file(path);
    return opened(file, key);
  }

  static std::string opened(partial_file& file, std::string_view key = "k") {
    try {
      partial_state const s = file.open(key);
      return std::to_string(s.size) + " " + (s.total ? std::to_string(*s.total) : "-") + " " +
             s.validator;
    } catch (std::system_error const& e) {
      return e.code().message();
    }
  }
};

std::string text_of(std::errc e) { return std::make_error_code(e).message(); }

}  // namespace

TEST_CASE("web download: a part keeps its bytes and its tag until it is complete") {
  part_fixture f;
  CHECK(f.open() == "0 - ");
  f.leave("hello");
  CHECK(f.open() == "5 10 \"v\"");
  CHECK(f.content(f.part) == "hello");
  {
    partial_file file(f.path);
    CHECK(file.open("k").size == 5);
    file.write("world");
    CHECK(f.content(f.path) == "none");
    file.commit();
  }
  CHECK(f.content(f.path) == "helloworld");
  CHECK_FALSE(std::filesystem::exists(f.part));
  CHECK_FALSE(std::filesystem::exists(f.tag));
  CHECK(f.open() == text_of(std::errc::file_exists));
  CHECK_FALSE(std::filesystem::exists(f.part));
}

TEST_CASE("web download: a part of another file is not continued") {
  part_fixture f;
  f.leave("hello");
  CHECK(f.open("other") == "0 - ");
  f.leave("hello", std::nullopt);
  CHECK(f.open() == "5 - \"v\"");
  f.leave("hello", 4);
  CHECK(f.open() == "0 - ");
  f.leave("hello");
  std::string const tag = f.content(f.tag);
  // A tag that is cut at any byte counts for nothing.
  for (std::size_t n = 0; n < tag.size(); ++n) {
    f.put(f.tag, tag.substr(0, n));
    CHECK(f.open() == "0 - ");
  }
  f.put(f.tag, tag + "x");
  CHECK(f.open() == "0 - ");
  f.put(f.tag, std::string(10'000, 'x'));
  CHECK(f.open() == "0 - ");
  std::filesystem::remove(f.tag);
  CHECK(f.open() == "0 - ");
  f.put(f.tag, tag);
  CHECK(f.open() == "5 10 \"v\"");
  std::filesystem::remove(f.part);
  CHECK(f.open() == "0 10 \"v\"");
}

TEST_CASE("web download: a restart removes what was there") {
  part_fixture f;
  f.leave("hello");
  {
    partial_file file(f.path);
    file.open("k");
    file.restart(partial_state());
    file.write("new");
  }
  CHECK(f.content(f.part) == "new");
  CHECK_FALSE(std::filesystem::exists(f.tag));
  CHECK(f.open() == "0 - ");
}

TEST_CASE("web download: one download of a file at a time") {
  part_fixture f;
  partial_file first(f.path);
  CHECK(f.opened(first) == "0 - ");
  CHECK(f.open() == text_of(std::errc::device_or_resource_busy));
  first.restart(partial_state());
  first.write("x");
  // The name is checked again at the end.
  f.put(f.path, "other");
  CHECK_THROWS_AS(first.commit(), std::system_error);
  CHECK(f.content(f.path) == "other");
  CHECK(f.content(f.part) == "x");
}

TEST_CASE("web download: links and special files are not written") {
  part_fixture f;
  std::filesystem::create_symlink("../canary", f.part);
  CHECK(f.open() == text_of(std::errc::too_many_symbolic_link_levels));
  CHECK(f.content(f.tree.base() / "canary") == temporary_tree::canary);
  std::filesystem::remove(f.part);
  std::filesystem::create_directory(f.part);
  CHECK(f.open() == text_of(std::errc::is_a_directory));
  std::filesystem::remove(f.part);
  std::filesystem::create_symlink("nothing", f.path);
  CHECK(f.open() == text_of(std::errc::file_exists));
  std::filesystem::remove(f.path);
  CHECK(std::filesystem::is_empty(f.tree.root() / "d"));
  partial_file below(f.tree.root() / "none" / "file");
  CHECK(f.opened(below) == text_of(std::errc::no_such_file_or_directory));
}

}  // namespace unit_web_download_partial_file
