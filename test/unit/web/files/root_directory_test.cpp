// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/files/root_directory.hpp"

#include "support/catch.hpp"
#include "unit/web/files/temporary_tree.hpp"
#include "web/files/request_path.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <thread>

namespace unit_web_files_root_directory {

namespace web = anode::web;
using kind = web::opened_file::kind;
using method = web::root_directory::method;

namespace {

std::string content(web::opened_file const& file) {
  std::string text(4096, '\0');
  ssize_t const size = ::pread(file.fd.get(), text.data(), text.size(), 0);
  text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return text;
}

void add_links(temporary_tree const& tree) {
  std::filesystem::create_symlink("..", tree.root() / "up");
  std::filesystem::create_symlink("../canary", tree.root() / "link");
  std::filesystem::create_symlink(tree.base() / "canary", tree.root() / "absolute");
  std::filesystem::create_symlink("link", tree.root() / "chain");
  std::filesystem::create_symlink("/proc/self/cwd", tree.root() / "proc");
  std::filesystem::create_symlink("../..", tree.root() / "d" / "up2");
}

// The number of spellings that opened anything, and whether the canary was among them.
struct escapes {
  int opened = 0;
  bool canary = false;
};

escapes try_spellings(web::root_directory const& root) {
  escapes found;
  for (std::string const& spelling : traversal_spellings()) {
    for (std::string const& path :
         {spelling, web::decode_request_path(spelling, web::dotfiles::serve).path}) {
      web::opened_file const file = root.open(path);
      if (file.result == kind::file) {
        ++found.opened;
        found.canary = found.canary || content(file) == temporary_tree::canary;
      }
    }
  }
  return found;
}

}  // namespace

TEST_CASE("web root: files, directories and nothing else are found", "[web]") {
  temporary_tree const tree;
  tree.write("a.txt", "hello");
  tree.write("d/b c", "");
  tree.write("%2e%2e", "a name");
  for (method const how : {method::automatic, method::walk}) {
    web::root_directory const root(tree.root(), web::symlinks::beneath, how);
    web::opened_file const file = root.open("a.txt");
    REQUIRE(file.result == kind::file);
    CHECK(file.size == 5);
    CHECK(content(file) == "hello");
    struct ::stat facts{};
    REQUIRE(::stat((tree.root() / "a.txt").c_str(), &facts) == 0);
    CHECK(file.modified == facts.st_mtime);
    CHECK(file.modified_ns < 1'000'000'000);

    CHECK(root.open("d/b c").result == kind::file);
    CHECK(root.open("d/b c").size == 0);
    CHECK(content(root.open("%2e%2e")) == "a name");
    CHECK(root.open("").result == kind::directory);
    CHECK(root.open("d").result == kind::directory);
    CHECK(root.open("none").result == kind::not_found);
    CHECK(root.open("none/a").result == kind::not_found);
    CHECK(root.open("a.txt/b").result == kind::not_found);
    CHECK(root.open(std::string(300, 'x')).result == kind::not_found);
    CHECK(root.open(std::string(5000, 'x')).result == kind::not_found);
  }
}

TEST_CASE("web root: the root must be a directory", "[web]") {
  temporary_tree const tree;
  tree.write("a.txt", "");
  CHECK_THROWS_AS(web::root_directory(tree.root() / "none"), std::system_error);
  CHECK_THROWS_AS(web::root_directory(tree.root() / "a.txt"), std::system_error);
}

TEST_CASE("web root: no spelling leaves the root", "[web]") {
  temporary_tree const tree;
  add_links(tree);
  CHECK(traversal_spellings().size() >= 200);
  for (web::symlinks const links : {web::symlinks::beneath, web::symlinks::none}) {
    for (method const how : {method::automatic, method::walk}) {
      escapes const found = try_spellings(web::root_directory(tree.root(), links, how));
      CHECK(found.opened == 0);
      CHECK_FALSE(found.canary);
    }
  }
}

TEST_CASE("web root: links are followed beneath the root only", "[web]") {
  temporary_tree const tree;
  add_links(tree);
  tree.write("a.txt", "hello");
  std::filesystem::create_symlink("a.txt", tree.root() / "inside");
  std::filesystem::create_symlink("../a.txt", tree.root() / "d" / "inside");
  std::filesystem::create_symlink("d", tree.root() / "e");
  std::filesystem::create_symlink("self", tree.root() / "self");

  web::root_directory const root(tree.root());
  if (root.is_confined_by_kernel()) {
    CHECK(content(root.open("inside")) == "hello");
    CHECK(content(root.open("d/inside")) == "hello");
    CHECK(content(root.open("e/inside")) == "hello");
    CHECK(root.open("e").result == kind::directory);
  }
  web::root_directory const without(tree.root(), web::symlinks::none);
  web::root_directory const walked(tree.root(), web::symlinks::beneath, method::walk);
  for (web::root_directory const* const strict : {&without, &walked}) {
    for (std::string const name : {"inside", "d/inside", "e/inside", "e"}) {
      INFO(name);
      CHECK(strict->open(name).result == kind::not_found);
    }
    CHECK(content(strict->open("a.txt")) == "hello");
  }
  for (web::root_directory const* const any : {&root, &without, &walked}) {
    for (std::string const name : {"self", "up", "link", "absolute", "chain", "proc", "d/up2"}) {
      INFO(name);
      CHECK(any->open(name).result == kind::not_found);
    }
  }
}

TEST_CASE("web root: a FIFO is not found, without waiting for its writer", "[web]") {
  temporary_tree const tree;
  REQUIRE(::mkfifo((tree.root() / "fifo").c_str(), 0600) == 0);
  for (method const how : {method::automatic, method::walk}) {
    CHECK(web::root_directory(tree.root(), web::symlinks::beneath, how).open("fifo").result ==
          kind::not_found);
  }
  CHECK(web::open_file(tree.root() / "fifo").result == kind::not_found);
}

TEST_CASE("web root: a file without permission is forbidden", "[web]") {
  if (::geteuid() == 0) {
    return;  // the superuser may read everything
  }
  temporary_tree const tree;
  tree.write("a.txt", "");
  std::filesystem::permissions(tree.root() / "a.txt", std::filesystem::perms::none);
  for (method const how : {method::automatic, method::walk}) {
    CHECK(web::root_directory(tree.root(), web::symlinks::beneath, how).open("a.txt").result ==
          kind::forbidden);
  }
}

TEST_CASE("web root: open_file opens what the program names", "[web]") {
  temporary_tree const tree;
  CHECK(content(web::open_file(tree.root() / "../canary")) == temporary_tree::canary);
  CHECK(web::open_file(tree.root()).result == kind::directory);
  CHECK(web::open_file(tree.root() / "none").result == kind::not_found);
}

TEST_CASE("web root: a directory that is exchanged with a link does not open the canary", "[web]") {
  temporary_tree const tree;
  tree.write("d/canary", "inside");
  std::filesystem::create_symlink("..", tree.root() / "l");
  std::atomic<bool> stop = false;
  std::thread exchanger([&] {
    auto const d = tree.root() / "d";
    auto const l = tree.root() / "l";
    auto const t = tree.root() / "t";
    while (!stop) {
      std::filesystem::rename(d, t);
      std::filesystem::rename(l, d);
      std::filesystem::rename(t, l);
    }
  });
  int inside = 0;
  int outside = 0;
  for (method const how : {method::automatic, method::walk}) {
    web::root_directory const root(tree.root(), web::symlinks::beneath, how);
    for (int i = 0; i != 5000; ++i) {
      web::opened_file const file = root.open("d/canary");
      if (file.result == kind::file) {
        (content(file) == "inside" ? inside : outside) += 1;
      }
    }
  }
  stop = true;
  exchanger.join();
  CHECK(outside == 0);
  CHECK(inside > 0);
}

#if defined(__linux__) && defined(SYS_openat2)

namespace {

// Makes openat2 fail with `error` from now on in this process. Returns false if the system does not
// permit such filters.
bool refuse_openat2(unsigned error) {
  std::array<::sock_filter, 4> code{{
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(::seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_openat2},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | error},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  }};
  ::sock_fprog const program{static_cast<unsigned short>(code.size()), code.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// Runs `f` in a child process and returns its result, 0 to 255.
template <class F>
int in_child(F f) {
  std::fflush(nullptr);
  ::pid_t const child = ::fork();
  if (child == 0) {
    ::_exit(f());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

constexpr int no_filter = 200;

}  // namespace

TEST_CASE("web root: a kernel without openat2 makes the root walk", "[web]") {
  temporary_tree const tree;
  add_links(tree);
  tree.write("a.txt", "hello");
  int const result = in_child([&] {
    if (!refuse_openat2(ENOSYS)) {
      return no_filter;
    }
    web::root_directory const root(tree.root());
    if (root.is_confined_by_kernel()) {
      return 1;
    }
    if (content(root.open("a.txt")) != "hello") {
      return 2;
    }
    return try_spellings(root).opened == 0 ? 0 : 3;
  });
  CHECK((result == 0 || result == no_filter));
}

TEST_CASE("web root: any other refusal of openat2 never makes the root walk", "[web]") {
  temporary_tree const tree;
  tree.write("a.txt", "hello");
  int const probe = in_child([&] {
    if (!refuse_openat2(EPERM)) {
      return no_filter;
    }
    try {
      web::root_directory const root(tree.root());
      return 1;
    } catch (std::system_error const& e) {
      return e.code().value() == EPERM ? 0 : 2;
    }
  });
  CHECK((probe == 0 || probe == no_filter));

  for (unsigned const error : {unsigned{EPERM}, unsigned{ENOSYS}, unsigned{EAGAIN}}) {
    int const later = in_child([&] {
      web::root_directory const root(tree.root());
      if (!root.is_confined_by_kernel() || !refuse_openat2(error)) {
        return no_filter;
      }
      web::opened_file const file = root.open("a.txt");
      kind const expected = error == EPERM    ? kind::forbidden
                            : error == EAGAIN ? kind::unavailable
                                              : kind::failed;
      return file.result == expected && !file.fd ? 0 : 1;
    });
    INFO(error);
    CHECK((later == 0 || later == no_filter));
  }
}

#endif

}  // namespace unit_web_files_root_directory
