// Any bytes as the body of an exception, a suppression or a filter: it is refused with a reason, or it is within the
// limits, is shown as it was asked for, and tuning.yaml, written with it, is read back the same: else the daemon could
// not start again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/detect/tuning_file.h"
#include "daemon/yaml/reader.h"
#include "web/body.h"
#include "web/filter_edit.h"
#include "web/tuning_body.h"
#include "web/tuning_items.h"

namespace {

using namespace rw;

constexpr core::Micros kNow = core::from_us(1'791'749'655'000'000);
constexpr std::string_view kMacro = "amsi_filter";

const detect::Catalogue& catalogue() {
  static const detect::Catalogue made = [] {
    auto detection = std::make_shared<detect::Detection>();
    detection->id = "9c27ec40";
    detection->name = "Disable AMSI Through Registry";
    detection->stem = "disable_amsi";
    detection->search_text =
        "| tstats count FROM datamodel=Endpoint.Registry BY Registry.dest\n| `drop_dm_object_name(Registry)`\n"
        "| `amsi_filter`";
    return detect::Catalogue({std::move(detection)}, {});
  }();
  return made;
}

void expect_reason(const core::Error& error) {
  RW_ASSERT(error.code == core::ErrorCode::kInvalidInput || error.code == core::ErrorCode::kNotFound);
  RW_ASSERT(!error.message.empty());
}

detect::Tuning written_and_read(const detect::Tuning& tuning) {
  const std::string text = detect::render_tuning(tuning);
  core::Problems problems;
  const auto document = yaml::Document::parse(text, "tuning.yaml", problems);
  RW_ASSERT(document && problems.empty());
  auto again = detect::parse_tuning(document->root(), problems);
  RW_ASSERT(again && problems.empty());
  return *std::move(again);
}

// What the API shows of it, asked for again. The store's members apart: who, when and its id.
web::Json asked_again(web::Json item) {
  for (const char* const member : {"id", "actor", "created"}) item.erase(member);
  return item;
}

void examine_exception(const web::Json& body) {
  auto exception = web::parse_exception(body, catalogue(), kNow);
  if (!exception.ok()) return expect_reason(exception.error());
  exception->id = "abc";
  exception->actor = "user ann";
  RW_ASSERT(exception->created == kNow && !exception->fields.empty());
  RW_ASSERT(!exception->expires || *exception->expires > kNow);
  RW_ASSERT(exception->fields.size() == body.at("fields").size());

  detect::Tuning tuning;
  tuning.exceptions.push_back(*exception);
  const detect::Tuning read = written_and_read(tuning);
  RW_ASSERT(read.exceptions.size() == 1);
  const detect::Exception& again = read.exceptions[0];
  RW_ASSERT(again.id == exception->id && again.detection == exception->detection && again.fields == exception->fields);
  RW_ASSERT(again.reason == exception->reason && again.actor == exception->actor);
  RW_ASSERT(again.created == exception->created && again.expires == exception->expires);
  const detect::RowException row = detect::row_exception(*exception);
  RW_ASSERT(row == detect::row_exception(again) && row.columns.size() == exception->fields.size());
  RW_ASSERT(!detect::is_excepted(row, [](const std::string&) -> const storage::Value* { return nullptr; }));

  const auto shown = web::parse_exception(asked_again(web::render_exception(*exception)), catalogue(), kNow);
  RW_ASSERT(shown.ok() && shown->detection == exception->detection && shown->fields == exception->fields);
  RW_ASSERT(shown->reason == exception->reason && shown->expires == exception->expires);
}

void examine_suppression(const web::Json& body) {
  auto suppression = web::parse_suppression(body, catalogue(), kNow);
  if (!suppression.ok()) return expect_reason(suppression.error());
  suppression->id = "abc";
  suppression->actor = "user ann";
  RW_ASSERT(suppression->period.count() > 0 && suppression->period <= detect::kLongestThrottle);

  detect::Tuning tuning;
  tuning.suppressions.push_back(*suppression);
  const detect::Tuning read = written_and_read(tuning);
  RW_ASSERT(read.suppressions.size() == 1);
  const detect::Suppression& again = read.suppressions[0];
  RW_ASSERT(again.id == suppression->id && again.detection == suppression->detection);
  RW_ASSERT(again.fields == suppression->fields && again.period == suppression->period);
  RW_ASSERT(again.created == suppression->created && again.expires == suppression->expires);

  const auto shown = web::parse_suppression(asked_again(web::render_suppression(*suppression)), catalogue(), kNow);
  RW_ASSERT(shown.ok() && shown->fields == suppression->fields && shown->period == suppression->period);
}

void examine_filter(const web::Json& body) {
  const auto member = body.find("search");
  if (member == body.end() || !member->is_string()) return;
  const auto search = member->get<std::string>();
  const std::string macro(kMacro);
  const auto tried = web::try_filter(catalogue(), *catalogue().detections()[0], macro, search);
  if (!tried.ok()) return expect_reason(tried.error());
  detect::Tuning tuning;
  tuning.filters[macro] = web::filter_command(search);
  const detect::Tuning read = written_and_read(tuning);
  RW_ASSERT(read.filters == tuning.filters);
  // What is shown may be sent again.
  RW_ASSERT(web::filter_command(read.filters.at(macro)) == read.filters.at(macro));
  RW_ASSERT(web::try_filter(catalogue(), *catalogue().detections()[0], macro, read.filters.at(macro)).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = web::parse_object(std::string_view(reinterpret_cast<const char*>(data), size), "{}");
  if (!body.ok()) {
    expect_reason(body.error());
    return 0;
  }
  examine_exception(*body);
  examine_suppression(*body);
  examine_filter(*body);
  return 0;
}
