// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/new_file.hpp"

#include "support/catch.hpp"
#include "unit/web/files/temporary_tree.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string>

namespace unit_web_body_new_file {

namespace web = anode::web;

namespace {

std::string read_file(std::filesystem::path const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::ptrdiff_t count_files(std::filesystem::path const& directory) {
  return std::distance(std::filesystem::directory_iterator(directory), {});
}

int error_of(web::new_file& file) {
  try {
    file.commit();
  } catch (std::system_error const& e) {
    return e.code().value();
  }
  return 0;
}

}  // namespace

TEST_CASE("web new file: it has its name when it is complete", "[web]") {
  temporary_tree const tree;
  auto const path = tree.root() / "d" / "a";
  web::new_file file(path);
  file.create();
  file.write("one ");
  file.write("");
  file.write("two");
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(count_files(tree.root() / "d") == 1);
  file.commit();
  CHECK(read_file(path) == "one two");
  CHECK(count_files(tree.root() / "d") == 1);
}

TEST_CASE("web new file: what is not complete is removed", "[web]") {
  temporary_tree const tree;
  {
    web::new_file file(tree.root() / "d" / "a");
    file.create();
    file.write("data");
  }
  CHECK(count_files(tree.root() / "d") == 0);
}

TEST_CASE("web new file: existing names are not replaced", "[web]") {
  temporary_tree const tree;
  tree.write("d/a", "old");
  std::filesystem::create_symlink("../../canary", tree.root() / "d" / "l");
  std::filesystem::create_symlink("nowhere", tree.root() / "d" / "n");
  for (std::string const name : {"a", "l", "n"}) {
    web::new_file file(tree.root() / "d" / name);
    file.create();
    file.write("new");
    CHECK(error_of(file) == EEXIST);
  }
  CHECK(read_file(tree.root() / "d" / "a") == "old");
  CHECK(read_file(tree.base() / "canary") == temporary_tree::canary);
  CHECK(count_files(tree.root() / "d") == 3);
}

TEST_CASE("web new file: a directory that does not exist is an error", "[web]") {
  temporary_tree const tree;
  web::new_file file(tree.root() / "none" / "a");
  CHECK_THROWS_AS(file.create(), std::system_error);
}

}  // namespace unit_web_body_new_file
