// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/client/fetch_body.hpp"

#include <anode/web/blocking.hpp>

#if defined(_WIN32)
#include <wchar.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace anode::web {

namespace {

// Bytes of a text, and of a file, that are written at once. The first is small because progress is
// reported after each.
constexpr std::size_t text_piece = 64 * 1024;
constexpr std::size_t file_piece = 256 * 1024;

std::uint64_t regular_size(std::filesystem::path const& path) {
  if (!std::filesystem::is_regular_file(path)) {
    throw std::filesystem::filesystem_error("not a regular file", path,
                                            std::make_error_code(std::errc::invalid_argument));
  }
  return std::filesystem::file_size(path);
}

// A file that is read on the threads for blocking work.
class source_file {
public:
  explicit source_file(std::filesystem::path path) : path_(std::move(path)) {}

  // Opens the file with the first call. Returns fewer than `size` bytes only at the end.
  std::string read(std::size_t size) {
    if (!file_) {
      regular_size(path_);  // opening a pipe could wait forever
#if defined(_WIN32)
      file_.reset(::_wfopen(path_.c_str(), L"rb"));
#else
      file_.reset(std::fopen(path_.c_str(), "rbe"));
#endif
      if (!file_) {
        fail();
      }
      std::setvbuf(file_.get(), nullptr, _IONBF, 0);
    }
    std::string data(size, '\0');
    data.resize(std::fread(data.data(), 1, size, file_.get()));
    if (data.size() != size && std::ferror(file_.get()) != 0) {
      fail();
    }
    return data;
  }

private:
  struct file_closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  [[noreturn]] void fail() const {
    throw std::system_error(errno, std::generic_category(), path_.string());
  }

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, file_closer> file_;
};

void report_upload(body_transfer const& transfer, std::uint64_t done) {
  if (transfer.progress) {
    transfer.progress(done, transfer.length);
  }
}

net::awaitable<void> write_text(http::client_request& request, body_transfer const& transfer,
                                std::string_view text, std::uint64_t& done) {
  while (!text.empty()) {
    std::string_view const piece = text.substr(0, text_piece);
    text.remove_prefix(piece.size());
    co_await request.write(piece);
    done += piece.size();
    report_upload(transfer, done);
  }
}

net::awaitable<void> write_source_file(http::client_request& request, body_transfer const& transfer,
                                       std::filesystem::path const& path, std::uint64_t size,
                                       std::uint64_t& done) {
  auto const file = std::make_shared<source_file>(path);
  while (size != 0) {
    auto const count = static_cast<std::size_t>(std::min<std::uint64_t>(size, file_piece));
    auto const read = [file, count] { return file->read(count); };
    // Each request has at most one task, therefore the queue is bounded by the requests.
    std::string const data = co_await blocking(request.get_executor(), read, when_full::queue);
    if (data.size() != count) {
      throw std::runtime_error("a file became shorter while it was sent");
    }
    co_await request.write(std::string_view(data));
    size -= count;
    done += count;
    report_upload(transfer, done);
  }
}

net::awaitable<void> write_body(http::client_request& request, body_transfer const& transfer) {
  if (transfer.body->write) {
    // A frame of the function may refer to the function.
    body_function const write = transfer.body->write;
    co_await write(request);
    co_return;
  }
  std::uint64_t done = 0;
  for (multipart_form::piece const& piece : transfer.body->pieces) {
    if (piece.file.empty()) {
      co_await write_text(request, transfer, piece.text, done);
    } else {
      // A body that is one file has the size of the file now.
      bool const alone = transfer.body->pieces.size() == 1;
      co_await write_source_file(request, transfer, piece.file,
                                 alone ? transfer.length.value_or(0) : piece.size, done);
    }
  }
}

}  // namespace

net::awaitable<void> measure_body(net::any_io_executor ex,
                                  std::shared_ptr<body_transfer> transfer) {
  fetch_body const& body = *transfer->body;
  transfer->length = body.length;
  if (!body.length && !body.write) {
    auto const measure = [path = body.pieces.front().file] { return regular_size(path); };
    transfer->length = co_await blocking(std::move(ex), measure, when_full::queue);
  }
}

net::awaitable<http::incoming_message> send_body(http::client_request request,
                                                 std::shared_ptr<body_transfer> transfer) {
  std::exception_ptr error;
  try {
    co_await write_body(request, *transfer);
    request.end();
  } catch (...) {
    error = std::current_exception();
  }
  // If the connection is lost, the reason is that of the request, or there is a response.
  if (error && !request.destroyed()) {
    request.destroy();
    std::rethrow_exception(error);
  }
  co_return co_await request.response();
}

}  // namespace anode::web
