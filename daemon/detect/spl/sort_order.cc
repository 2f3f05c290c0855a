#include "daemon/detect/spl/sort_order.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <utility>

#include "daemon/detect/spl/command.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

using storage::Value;

struct NamedKind {
  std::string_view name;
  SortKey::By by;
};
constexpr NamedKind kKinds[] = {{"auto", SortKey::By::kAuto},
                                {"str", SortKey::By::kText},
                                {"num", SortKey::By::kNumber},
                                {"ip", SortKey::By::kAddress}};

// IPv4 before IPv6 before what is no address.
std::string address_key(const std::string& text) {
  std::array<char, 16> bytes{};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return "4" + std::string(bytes.data(), 4);
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return "6" + std::string(bytes.data(), 16);
  return "9" + text;
}

int compare(const Value& a, const Value& b, SortKey::By by) {
  switch (by) {
    case SortKey::By::kAuto:
      return compare_values(a, b);
    case SortKey::By::kText:
      return text_of(a).compare(text_of(b));
    case SortKey::By::kAddress:
      return address_key(text_of(a)).compare(address_key(text_of(b)));
    case SortKey::By::kNumber:
      break;
  }
  const auto x = number_of(a);
  const auto y = number_of(b);
  if (!x || !y) return static_cast<int>(!x) - static_cast<int>(!y);
  return *x < *y ? -1 : (*y < *x ? 1 : 0);
}

}  // namespace

core::Result<std::vector<SortKey>> parse_sort_keys(Parser& parser) {
  std::vector<SortKey> keys;
  while (true) {
    RW_TRY(Token name, parser.expect_name("a field to sort by"));
    SortKey key;
    const bool word = name.kind == TokenKind::kWord;
    if (word && (name.text[0] == '-' || name.text[0] == '+')) {
      key.descending = name.text[0] == '-';
      name.text.erase(0, 1);
      if (name.text.empty()) {
        RW_TRY(name, parser.expect_name("a field to sort by"));
      }
    }
    RW_TRY(const bool is_kind, parser.accept(LexMode::kArgument, "("));
    if (is_kind) {
      const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                      [&](const NamedKind& entry) { return name.is_nocase(entry.name); });
      if (kind == std::end(kKinds)) return parser.unsupported(name.span, fmt::format("{}( ) of sort", name.text));
      key.by = kind->by;
      RW_TRY(name, parser.expect_name("a field to sort by"));
      RW_CHECK(parser.expect(LexMode::kArgument, ")", ") after the field"));
    }
    key.field = name.text;
    keys.push_back(std::move(key));
    RW_TRY(const bool comma, parser.accept(LexMode::kArgument, ","));
    if (comma) continue;
    RW_TRY(const bool end, parser.at_command_end());
    RW_TRY(const Token next, parser.peek(LexMode::kArgument));
    if (end || next.is_nocase("desc") || next.is_nocase("d")) return keys;
  }
}

void sort_rows(Rows& rows, const std::vector<SortKey>& keys) {
  std::vector<std::pair<std::size_t, const SortKey*>> order;
  for (const SortKey& key : keys) {
    if (const auto column = rows.find(key.field)) order.emplace_back(*column, &key);
  }
  std::stable_sort(rows.rows.begin(), rows.rows.end(), [&](const Row& a, const Row& b) {
    for (const auto& [column, key] : order) {
      if (a[column].is_null() || b[column].is_null()) {
        if (a[column].is_null() != b[column].is_null()) return b[column].is_null();
        continue;
      }
      const int result = compare(a[column], b[column], key->by);
      if (result != 0) return key->descending ? result > 0 : result < 0;
    }
    return false;
  });
}

std::string print(const std::vector<SortKey>& keys) {
  std::string text;
  for (const SortKey& key : keys) {
    text += key.descending ? " - " : " + ";
    const auto* kind =
        std::find_if(std::begin(kKinds), std::end(kKinds), [&](const NamedKind& entry) { return entry.by == key.by; });
    const std::string name = print_name(key.field);
    text += key.by == SortKey::By::kAuto ? name : fmt::format("{}({})", kind->name, name);
  }
  return text;
}

}  // namespace rw::detect::spl
