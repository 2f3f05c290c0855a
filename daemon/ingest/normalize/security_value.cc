#include "daemon/ingest/normalize/security_value.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>

#include "daemon/core/text.h"
#include "daemon/ingest/normalize/event_base.h"
#include "daemon/ingest/normalize/registry_path.h"
#include "daemon/ingest/normalize/security_fields.h"

namespace rw::ingest {
namespace {

// Codes stand for texts of the message table; some forwarders send the text.
struct OperationType {
  std::string_view code;
  std::string_view words;
  cim::RegistryAction action;
  std::string_view event_type;  // what Sysmon calls it
};
// Sysmon cannot tell a new value from a changed one, so both are modified.
constexpr OperationType kOperationTypes[] = {
    {"%%1904", "New registry value created", cim::RegistryAction::kModified, "SetValue"},
    {"%%1905", "Existing registry value modified", cim::RegistryAction::kModified, "SetValue"},
    {"%%1906", "Registry value deleted", cim::RegistryAction::kDeleted, "DeleteValue"},
};

enum class Form { kText, kString, kBinary, kDword, kQword };
struct Type {
  std::string_view code;
  std::string_view words;
  Form form;
};
constexpr Type kTypes[] = {
    {"%%1872", "REG_NONE", Form::kBinary},
    {"%%1873", "REG_SZ", Form::kString},
    {"%%1874", "REG_EXPAND_SZ", Form::kString},
    {"%%1875", "REG_BINARY", Form::kBinary},
    {"%%1876", "REG_DWORD", Form::kDword},
    {"%%1877", "REG_DWORD_BIG_ENDIAN", Form::kDword},
    {"%%1878", "REG_LINK", Form::kText},
    {"%%1879", "REG_MULTI_SZ", Form::kText},
    {"%%1880", "REG_RESOURCE_LIST", Form::kText},
    {"%%1881", "REG_FULL_RESOURCE_DESCRIPTOR", Form::kText},
    {"%%1882", "REG_RESOURCE_REQUIREMENTS_LIST", Form::kText},
    {"%%1883", "REG_QWORD", Form::kQword},
};

template <class Row, std::size_t kRows>
const Row* find(const Row (&table)[kRows], std::string_view text) {
  text = core::trim(text);
  for (const Row& row : table) {
    if (text == row.code || core::equals_ascii_nocase(text, row.words)) return &row;
  }
  return nullptr;
}

// "DWORD (0x00000001)" in the arena, of which the data is a part.
SecurityValue wrapped(std::string_view word, std::string_view number, std::string_view type, core::Arena& arena) {
  const std::string_view details = arena.copy(fmt::format("{} ({})", word, number));
  return {details.substr(word.size() + 2, number.size()), type, details};
}

}  // namespace

SecurityValue security_value_of(std::string_view type, std::string_view value, core::Arena& arena) {
  const Type* known = find(kTypes, type);
  if (known == nullptr) return {value, {}, {}};
  switch (known->form) {
    case Form::kBinary:
      return {"Binary Data", known->words, {}};
    case Form::kDword:
      if (const auto number = security_number(value); number && *number <= UINT32_MAX) {
        return wrapped("DWORD", fmt::format("0x{:08x}", *number), known->words, arena);
      }
      break;
    case Form::kQword:
      if (const auto number = security_number(value)) {
        return wrapped("QWORD", fmt::format("0x{:08x}-0x{:08x}", *number >> 32, *number & UINT32_MAX), known->words,
                       arena);
      }
      break;
    case Form::kString:
      if (value.empty()) return {{}, known->words, "(Empty)"};
      break;
    case Form::kText:
      break;
  }
  return {value, known->words, {}};
}

core::Result<void> normalize_security_value(const WindowsEvent& event, core::Arena& arena, std::string& scratch,
                                            cim::RegistryRecord& record) {
  const std::string_view object_name = present(event.get("ObjectName"));
  if (object_name.empty()) return core::invalid_input("Security 4657 without ObjectName");
  record.key_name = cim_key_path(object_name, arena);
  record.value_name = present(event.get("ObjectValueName"));
  if (record.value_name.empty()) record.value_name = "(Default)";  // Sysmon's name of the unnamed value

  const OperationType* operation = find(kOperationTypes, event.get("OperationType"));
  if (operation != nullptr) {
    record.action = operation->action;
    record.source.event_type = operation->event_type;
  }
  if (record.action != cim::RegistryAction::kDeleted) {
    const SecurityValue value = security_value_of(event.get("NewValueType"), present(event.get("NewValue")), arena);
    record.value_data = value.data;
    record.value_type = value.type;
    record.details = value.details;
  }
  fill_security_actor(event, arena, record);
  record.extra = security_extra(event, record, arena, scratch);
  return {};
}

}  // namespace rw::ingest
