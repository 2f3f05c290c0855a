#include "daemon/yaml/reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <istream>
#include <streambuf>
#include <system_error>
#include <utility>

#include "daemon/core/file_descriptor.h"
#include "daemon/core/text.h"
#include "daemon/yaml/tree_builder.h"

namespace rw::yaml {
namespace {

core::Error unreadable() { return {core::ErrorCode::kIo, "cannot be read: " + std::generic_category().message(errno)}; }

core::Error too_large() {
  return {core::ErrorCode::kLimit, fmt::format("larger than {} MiB", kMaxFileBytes / (1024 * 1024))};
}

core::Result<std::string> read_file(const std::string& path) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  const core::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return unreadable();
  if (S_ISDIR(status.st_mode)) return core::invalid_input("is a folder: expected a file");
  if (!S_ISREG(status.st_mode)) return core::invalid_input("is no regular file");
  if (static_cast<std::uint64_t>(status.st_size) > kMaxFileBytes) return too_large();
  std::string text;
  char buffer[64 * 1024];
  while (true) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable();
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > kMaxFileBytes) return too_large();
  }
}

struct BadByte {
  int line = 0;
  int col = 0;
  std::string message;
};

// The first byte that YAML does not allow. yaml-cpp itself would guess at other encodings and drop what it cannot read.
std::optional<BadByte> find_bad_byte(std::string_view text) {
  const bool is_utf8 = core::is_valid_utf8(text);
  int line = 0;
  while (!text.empty()) {
    ++line;
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view written = text.substr(0, end);
    const auto control = std::ranges::find_if(written, [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
    });
    if (control != written.end()) {
      return BadByte{line, static_cast<int>(control - written.begin()) + 1,
                     fmt::format("control character 0x{:02x}: expected text in UTF-8", *control)};
    }
    if (!is_utf8 && !core::is_valid_utf8(written)) {
      const std::string valid = core::to_valid_utf8(written);
      const auto differs = std::ranges::mismatch(written, valid);
      return BadByte{line, static_cast<int>(differs.in1 - written.begin()) + 1, "not UTF-8: expected text in UTF-8"};
    }
    text.remove_prefix(end);
  }
  return std::nullopt;
}

// yaml-cpp 0.7 takes a quote that is not closed for the whole rest of the file. So: does the scalar at this offset have
// its closing quote?
bool is_closed(std::string_view text, std::size_t offset_bytes) {
  text.remove_prefix(std::min(offset_bytes, text.size()));
  constexpr std::string_view kBlank = " \t\r\n";
  while (text.starts_with('&') || text.starts_with('!')) {
    text.remove_prefix(std::min(text.find_first_of(kBlank), text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  }
  if (text.empty() || (text[0] != '"' && text[0] != '\'')) return true;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[0] == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == text[0]) {
      if (text[0] == '"' || i + 1 == text.size() || text[i + 1] != '\'') return true;
      ++i;
    }
  }
  return false;
}

// The text for yaml-cpp, which ends early once the builder has stopped: yaml-cpp itself cannot be told to.
class TextSource final : public std::streambuf {
 public:
  TextSource(std::string_view text, const TreeBuilder& builder) : text_(text), builder_(builder) {}

 protected:
  int_type underflow() override {
    constexpr std::size_t kPieceBytes = 64 * 1024;
    if (builder_.stopped() || text_.empty()) return traits_type::eof();
    const std::string_view piece = text_.substr(0, kPieceBytes);
    text_.remove_prefix(piece.size());
    char* begin = const_cast<char*>(piece.data());  // a get area is never written to
    setg(begin, begin, begin + piece.size());
    return traits_type::to_int_type(*begin);
  }

 private:
  std::string_view text_;
  const TreeBuilder& builder_;
};

}  // namespace

const std::string& Document::text() const {
  static const std::string kNone;
  return text_ == nullptr ? kNone : *text_;
}

void Document::report_second(const Node& second, core::Problems& problems) {
  second.report(problems, "text after the end of the document: expected one document (is the indentation right?)");
}

std::optional<std::vector<Document>> Document::parse_all(std::string_view text, std::string file,
                                                         core::Problems& problems) {
  const auto fail = [&](int line, int col, std::string message) {
    problems.push_back({file, line, col, std::move(message)});
    return std::nullopt;
  };
  if (text.size() > kMaxFileBytes) return fail(0, 0, too_large().message);
  if (text.starts_with(core::kByteOrderMark)) text.remove_prefix(core::kByteOrderMark.size());
  if (auto bad = find_bad_byte(text)) return fail(bad->line, bad->col, std::move(bad->message));
  // From here on the text is what yaml-cpp reads as UTF-8 byte by byte.
  TreeBuilder builder(std::make_shared<const std::string>(file), problems);
  try {
    TextSource source(text, builder);
    std::istream in(&source);
    YAML::Parser parser(in);
    std::vector<Document> documents;
    const auto whole = std::make_shared<const std::string>(text);
    while (parser.HandleNextDocument(builder)) {
      if (builder.stopped()) return std::nullopt;
      Document document;
      document.root_ = builder.root();
      document.text_ = whole;
      if (!document.root_.present()) continue;
      // One that holds nothing counts only where there is no other.
      if (!documents.empty() && documents.front().root_.is_null()) documents.clear();
      if (documents.empty() || !document.root_.is_null()) documents.push_back(std::move(document));
    }
    if (builder.stopped()) return std::nullopt;
    const TreeBuilder::Place& last = builder.last_scalar();
    if (!is_closed(text, last.offset_bytes)) {
      return fail(last.line, last.col, "not valid YAML: this quote is not closed");
    }
    return documents;
  } catch (const YAML::Exception& exception) {
    if (builder.stopped()) return std::nullopt;
    if (exception.mark.is_null()) return fail(0, 0, fmt::format("not valid YAML: {}", exception.msg));
    return fail(exception.mark.line + 1, exception.mark.column + 1, fmt::format("not valid YAML: {}", exception.msg));
  } catch (const std::exception& exception) {
    return fail(0, 0, fmt::format("not valid YAML: {}", exception.what()));
  }
}

std::optional<Document> Document::parse(std::string_view text, std::string file, core::Problems& problems) {
  auto documents = parse_all(text, std::move(file), problems);
  if (!documents) return std::nullopt;
  if (documents->empty()) return Document();
  if (documents->size() > 1) report_second((*documents)[1].root_, problems);
  return std::move(documents->front());
}

std::optional<std::vector<Document>> Document::load_all(const std::string& path, core::Problems& problems) {
  const auto text = read_file(path);
  if (!text.ok()) {
    problems.push_back({path, 0, 0, text.error().message});
    return std::nullopt;
  }
  return parse_all(*text, path, problems);
}

std::optional<Document> Document::load(const std::string& path, core::Problems& problems) {
  const auto text = read_file(path);
  if (!text.ok()) {
    problems.push_back({path, 0, 0, text.error().message});
    return std::nullopt;
  }
  return parse(*text, path, problems);
}

}  // namespace rw::yaml
