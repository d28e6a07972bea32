// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/download/partial_file.hpp"

#include "web/body/new_file.hpp"

#if defined(_WIN32)
#include <io.h>
#include <share.h>
#include <wchar.h>
#else
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

namespace anode::web {

namespace {

constexpr std::string_view tag_head = "anode download 1\n";
constexpr std::size_t most_tag_size = 4096;

[[noreturn]] void fail_file(std::filesystem::path const& path, int error) {
  throw std::system_error(error, std::generic_category(), path.string());
}

#if defined(_WIN32)

// The other functions of this system fail while the file is open here.
std::FILE* open_locked(std::filesystem::path const& path, int& error) {
  std::FILE* const file = ::_wfsopen(path.c_str(), L"ab", _SH_DENYWR);
  error = file == nullptr ? (errno == EACCES ? EBUSY : errno) : 0;
  return file;
}

int truncate_file(std::FILE* file) noexcept { return ::_chsize_s(::_fileno(file), 0); }

std::FILE* create_tag(std::filesystem::path const& path) noexcept {
  return ::_wfopen(path.c_str(), L"wbx");
}

#else

// Returns whether `path` is the file of a descriptor.
bool is_file_of(std::filesystem::path const& path, int descriptor) noexcept {
  struct stat a{};
  struct stat b{};
  return ::fstat(descriptor, &a) == 0 && ::lstat(path.c_str(), &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino && S_ISREG(a.st_mode);
}

// Opens a file to append to it, and locks it. Links are not followed. The name is compared after
// the lock, because the last owner may have given the file another name meanwhile.
std::FILE* open_locked(std::filesystem::path const& path, int& error) {
  constexpr int flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  int const descriptor = ::open(path.c_str(), flags, 0666);
  if (descriptor < 0) {
    error = errno;
    return nullptr;
  }
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    error = errno == EWOULDBLOCK ? EBUSY : errno;
  } else if (!is_file_of(path, descriptor)) {
    error = EBUSY;
  } else if (std::FILE* const file = ::fdopen(descriptor, "ab"); file != nullptr) {
    error = 0;
    return file;
  } else {
    error = errno;
  }
  ::close(descriptor);
  return nullptr;
}

int truncate_file(std::FILE* file) noexcept {
  return ::ftruncate(::fileno(file), 0) == 0 ? 0 : errno;
}

// `x` is O_EXCL, which also does not follow a link, and `e` is O_CLOEXEC.
std::FILE* create_tag(std::filesystem::path const& path) noexcept {
  return std::fopen(path.c_str(), "wbxe");
}

#endif

// Removes `name`, a space and the rest of the line from the front of `text` and returns the rest of
// the line; nothing if the line is another one.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view name) {
  std::size_t const end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(name) || text[name.size()] != ' ') {
    return std::nullopt;
  }
  std::string_view const value = text.substr(name.size() + 1, end - name.size() - 1);
  text.remove_prefix(end + 1);
  return value;
}

}  // namespace

partial_file::partial_file(std::filesystem::path path)
    : path_(std::move(path)), part_(path_), tag_(path_) {
  part_ += ".part";
  tag_ += ".part.tag";
}

partial_file::~partial_file() = default;

partial_state partial_file::open(std::string_view key) {
  key_ = key;
  std::error_code ignored;
  if (std::filesystem::symlink_status(path_, ignored).type() !=
      std::filesystem::file_type::not_found) {
    fail_file(path_, EEXIST);
  }
  int error = 0;
  file_.reset(open_locked(part_, error));
  if (!file_) {
    fail_file(part_, error);
  }
  // Writes are large.
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);
  partial_state state = read_tag();
  state.size = std::filesystem::file_size(part_);
  if (state.validator.empty() || (state.total && state.size > *state.total)) {
    state = partial_state();
  }
  return state;
}

partial_state partial_file::read_tag() const {
  std::unique_ptr<std::FILE, closer> const file(std::fopen(tag_.string().c_str(), "rb"));
  if (!file) {
    return {};
  }
  std::array<char, most_tag_size> buffer{};
  std::string_view text(buffer.data(), std::fread(buffer.data(), 1, buffer.size(), file.get()));
  if (!text.starts_with(tag_head)) {
    return {};
  }
  text.remove_prefix(tag_head.size());
  auto const key = take_line(text, "source");
  auto const total = take_line(text, "size");
  auto const validator = take_line(text, "validator");
  // The last line shows that the tag is not cut.
  if (!key || *key != key_ || !total || !validator || text != "end\n") {
    return {};
  }
  partial_state state;
  state.validator = *validator;
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(total->data(), total->data() + total->size(), value);
  if (error == std::errc() && end == total->data() + total->size()) {
    state.total = value;
  }
  return state;
}

void partial_file::remove_tag() {
  std::error_code error;
  std::filesystem::remove(tag_, error);
  if (error) {
    fail_file(tag_, error.value());
  }
}

// There is never a tag beside bytes of another representation.
void partial_file::restart(partial_state const& state) {
  remove_tag();
  if (int const error = truncate_file(file_.get()); error != 0) {
    fail_file(part_, error);
  }
  if (state.validator.empty()) {
    return;
  }
  std::string text(tag_head);
  text += "source " + key_ + "\nsize " + (state.total ? std::to_string(*state.total) : "-") +
          "\nvalidator " + state.validator + "\nend\n";
  std::unique_ptr<std::FILE, closer> file(create_tag(tag_));
  if (!file || std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fclose(file.release()) != 0) {
    fail_file(tag_, errno);
  }
}

void partial_file::write(std::string_view data) {
  if (std::fwrite(data.data(), 1, data.size(), file_.get()) != data.size()) {
    fail_file(part_, errno);
  }
}

void partial_file::commit() {
#if defined(_WIN32)
  file_.reset();  // an open file cannot be renamed
#endif
  // The tag goes last: a part without one would be downloaded again.
  if (int const error = rename_exclusive(part_, path_); error != 0) {
    fail_file(path_, error);
  }
  remove_tag();
}

}  // namespace anode::web
