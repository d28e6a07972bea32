// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/disposition_reader.hpp"
#include "web/body/multipart_source.hpp"
#include "web/body/new_file.hpp"
#include "web/vocabulary/tokens.hpp"

#include <anode/web/blocking.hpp>
#include <anode/web/context.hpp>
#include <anode/web/media_type.hpp>
#include <anode/web/multipart.hpp>

#include <utility>

namespace anode::web {

namespace {

// Bytes that one task writes to a file.
constexpr std::size_t write_size = 256 * 1024;

std::shared_ptr<multipart_source> open_source(http::incoming_message& req,
                                              multipart_limits const& limits, context* c) {
  std::string_view const type = req.headers().get("content-type").value_or("");
  if (!is_media_type(type, "multipart/form-data")) {
    throw http_error(415, "the body must be multipart/form-data");
  }
  // A context refuses or decodes a coded body.
  auto const coding = req.headers().get("content-encoding");
  if (c == nullptr && coding && !equal_nocase(trim(*coding), "identity")) {
    throw http_error(415, "the body must not be coded");
  }
  auto const boundary = boundary_of(type, "form-data");
  if (!boundary) {
    throw http_error(400, "Content-Type has no valid boundary");
  }
  return std::make_shared<multipart_source>(req, *boundary, limits, c);
}

net::awaitable<part> read_part(std::shared_ptr<multipart_source> source,
                               part (*make)(std::shared_ptr<multipart_source>, std::uint64_t,
                                            part_head)) {
  bool const found = co_await multipart_source::next_part(source);
  if (!found) {
    co_return part();
  }
  part_head head = source->take_head();
  std::uint64_t const number = source->number();
  co_return make(std::move(source), number, std::move(head));
}

net::awaitable<std::string> read_text(std::shared_ptr<multipart_source> source,
                                      std::uint64_t number, std::size_t limit) {
  std::string text;
  while (auto const piece = co_await multipart_source::read(source, number)) {
    if (piece->size() > limit - text.size()) {
      throw http_error(413, "a field is too large");
    }
    text += *piece;
  }
  co_return text;
}

net::awaitable<void> write_file(net::any_io_executor ex, std::shared_ptr<new_file> file,
                                std::string data) {
  auto const shared = std::make_shared<std::string const>(std::move(data));
  auto const write = [file, shared] { file->write(*shared); };
  // Each upload has at most one task, therefore the queue is bounded by the connections.
  co_await blocking(std::move(ex), write, when_full::queue);
}

net::awaitable<std::uint64_t> save_part(std::shared_ptr<multipart_source> source,
                                        std::uint64_t number, std::filesystem::path path) {
  auto const ex = source->get_executor();
  auto const file = std::make_shared<new_file>(std::move(path));
  auto const create = [file] { file->create(); };
  co_await blocking(ex, create, when_full::queue);
  std::uint64_t total = 0;
  std::string buffer;
  while (auto const piece = co_await multipart_source::read(source, number)) {
    buffer += *piece;
    total += piece->size();
    if (buffer.size() >= write_size) {
      co_await write_file(ex, file, std::exchange(buffer, {}));
    }
  }
  if (!buffer.empty()) {
    co_await write_file(ex, file, std::exchange(buffer, {}));
  }
  auto const commit = [file] { file->commit(); };
  co_await blocking(ex, commit, when_full::queue);
  co_return total;
}

}  // namespace

multipart::multipart(http::incoming_message& req, multipart_limits const& limits)
    : source_(open_source(req, limits, nullptr)) {}

multipart::multipart(context& c, multipart_limits const& limits)
    : source_(open_source(c.req(), limits, &c)) {}

net::awaitable<part> multipart::next() {
  return read_part(
      source_, [](std::shared_ptr<multipart_source> source, std::uint64_t number, part_head head) {
        return part(std::move(source), number, std::move(head));
      });
}

net::awaitable<std::optional<std::string_view>> part::read() {
  return multipart_source::read(source_, number_);
}

net::awaitable<std::string> part::text(std::size_t limit) {
  return read_text(source_, number_, limit);
}

net::awaitable<std::uint64_t> part::save(std::filesystem::path const& path) {
  return save_part(source_, number_, path);
}

}  // namespace anode::web
