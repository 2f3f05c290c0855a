#include "daemon/detect/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "daemon/core/text.h"

namespace rw::detect {
namespace {

class CsvParser {
 public:
  explicit CsvParser(std::string_view text) : text_(text) {
    if (text_.starts_with(core::kByteOrderMark)) text_.remove_prefix(core::kByteOrderMark.size());
  }

  core::Result<Csv> parse() {
    Csv csv;
    while (at_ < text_.size()) {
      const std::size_t line = line_;
      RW_TRY(std::vector<std::string> cells, parse_row());
      if (cells.size() == 1 && cells[0].empty()) continue;
      if (csv.columns.empty()) {
        RW_CHECK(check_header(cells, line));
        csv.columns = std::move(cells);
        continue;
      }
      if (cells.size() > csv.columns.size()) {
        return error(core::ErrorCode::kInvalidInput, line,
                     fmt::format("{} cells, expected {} as in the header", cells.size(), csv.columns.size()));
      }
      cells.resize(csv.columns.size());
      csv.rows.push_back(std::move(cells));
      if (csv.rows.size() > kMaxCsvRows) {
        return error(core::ErrorCode::kLimit, line, fmt::format("more than {} rows", kMaxCsvRows));
      }
    }
    if (csv.columns.empty()) return error(core::ErrorCode::kInvalidInput, 1, "expected a header line");
    return csv;
  }

 private:
  static core::Error error(core::ErrorCode code, std::size_t line, std::string_view message) {
    return {code, fmt::format("{}:1: {}", line, message)};
  }

  static core::Result<void> check_header(std::vector<std::string>& names, std::size_t line) {
    if (names.size() > kMaxCsvColumns) {
      return error(core::ErrorCode::kLimit, line, fmt::format("more than {} columns", kMaxCsvColumns));
    }
    for (auto it = names.begin(); it != names.end(); ++it) {
      *it = std::string(core::trim(*it));
      if (!it->empty() && std::find(names.begin(), it, *it) != it) {
        return error(core::ErrorCode::kInvalidInput, line, fmt::format("the column {} twice", core::quoted(*it)));
      }
    }
    return {};
  }

  // Up to and with its line break.
  core::Result<std::vector<std::string>> parse_row() {
    std::vector<std::string> cells;
    while (true) {
      RW_TRY(std::string cell, at_ < text_.size() && text_[at_] == '"' ? parse_quoted() : parse_bare());
      cells.push_back(std::move(cell));
      if (cells.size() > kMaxCsvColumns) {
        return error(core::ErrorCode::kLimit, line_, fmt::format("more than {} cells", kMaxCsvColumns));
      }
      if (at_ >= text_.size()) return cells;
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      if (text_[at_] == '\r') ++at_;
      if (at_ < text_.size() && text_[at_] == '\n') ++at_;
      ++line_;
      return cells;
    }
  }

  core::Result<std::string> parse_bare() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  // What stands between the closing quote and the next comma belongs to the cell, as spreadsheets read it.
  core::Result<std::string> parse_quoted() {
    const std::size_t line = line_;
    std::string cell;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        cell += text_[at_];
      } else if (text_.substr(at_ + 1, 1) == "\"") {
        cell += text_[at_++];
      } else {
        ++at_;
        RW_TRY(const std::string rest, parse_bare());
        return cell + rest;
      }
    }
    return error(core::ErrorCode::kInvalidInput, line, "a quote is never closed");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

core::Result<Csv> parse_csv(std::string_view text) {
  if (text.size() > kMaxCsvBytes) {
    return core::Error{core::ErrorCode::kLimit, fmt::format("1:1: longer than {} bytes", kMaxCsvBytes)};
  }
  return CsvParser(text).parse();
}

core::Result<Csv> load_csv(const std::string& path) {
  // Opening a FIFO would wait for a writer.
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return core::invalid_input("is no regular file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) {
    const int fault = errno;
    const auto code = fault == ENOENT ? core::ErrorCode::kNotFound : core::ErrorCode::kIo;
    return core::Error{code, fmt::format("cannot open: {}", std::generic_category().message(fault))};
  }
  std::string text;
  char buffer[64 * 1024];
  while (file.read(buffer, sizeof buffer) || file.gcount() > 0) {
    text.append(buffer, static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMaxCsvBytes) break;
  }
  if (file.bad()) return core::Error{core::ErrorCode::kIo, "cannot read"};
  return parse_csv(core::is_valid_utf8(text) ? text : core::to_valid_utf8(text));
}

}  // namespace rw::detect
