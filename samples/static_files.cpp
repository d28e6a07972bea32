// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Serves the files of a folder. `write_file` sends a file in the kernel, without copying it through
// the program, and waits while the client does not read.

#include "serve.hpp"

#include <boost/url/pct_string_view.hpp>

#include <array>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace fs = std::filesystem;
namespace http = anode::http;
namespace net = boost::asio;

namespace {

class file {
public:
  explicit file(fs::path const& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    struct stat s{};
    if (descriptor_ >= 0 && ::fstat(descriptor_, &s) == 0 && S_ISREG(s.st_mode)) {
      size_ = static_cast<std::uint64_t>(s.st_size);
      regular_ = true;
    }
  }
  file(file const&) = delete;
  file& operator=(file const&) = delete;
  ~file() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  explicit operator bool() const { return regular_; }
  int descriptor() const { return descriptor_; }
  std::uint64_t size() const { return size_; }

private:
  int descriptor_;
  std::uint64_t size_ = 0;
  bool regular_ = false;
};

std::string_view type_of(fs::path const& path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> types{{
      {".html", "text/html; charset=utf-8"},
      {".css", "text/css"},
      {".js", "text/javascript"},
      {".png", "image/png"},
      {".txt", "text/plain; charset=utf-8"},
  }};
  for (auto const& [extension, type] : types) {
    if (path.extension() == extension) {
      return type;
    }
  }
  return "application/octet-stream";
}

// Returns the file of a request's path; an empty path if the path is invalid or leaves the folder.
fs::path locate(fs::path const& root, std::string_view path) {
  auto const encoded = boost::urls::make_pct_string_view({path.data(), path.size()});
  if (!encoded || !path.starts_with('/')) {
    return {};
  }
  std::string name = encoded->decode();
  if (name.find('\0') != std::string::npos) {
    return {};
  }
  if (name.back() == '/') {
    name += "index.html";
  }
  std::error_code ec;
  fs::path const found = fs::canonical(root / name.substr(1), ec);  // follows symbolic links
  bool const inside = !ec && found.string().starts_with(root.string() + "/");
  return inside ? found : fs::path();
}

net::awaitable<void> send_file(fs::path const& root, http::incoming_message& req,
                               http::server_response& res) {
  if (req.method() != "GET" && req.method() != "HEAD") {
    res.set_header("Allow", "GET, HEAD").set_status_code(405).end();
    co_return;
  }
  fs::path const path = locate(root, req.path());
  file const f(path);
  if (path.empty() || !f) {
    res.set_status_code(404).end("not found\n");
    co_return;
  }
  res.set_header("Content-Type", type_of(path));
  res.set_header("Content-Length", f.size());
  res.set_header("X-Content-Type-Options", "nosniff");
  if (res.has_body()) {
    co_await res.write_file(f.descriptor(), 0, f.size());
  }
  co_await res.end();
}

}  // namespace

int main(int argc, char** argv) try {
  samples::serve_options at;
  std::string folder;
  samples::options{"static_files", "Serves the files of a folder."}
      .add(at)
      .argument("FOLDER", folder)
      .parse(argc, argv);
  fs::path const root = fs::canonical(folder);
  net::io_context io{1};
  http::server server{io.get_executor(),
                      [&](http::incoming_message& req, http::server_response& res) {
                        return send_file(root, req, res);
                      }};
  samples::serve(io, server, at);
} catch (std::exception const& e) {
  fmt::print(stderr, "static_files: {}\n", e.what());
  return EXIT_FAILURE;
}
