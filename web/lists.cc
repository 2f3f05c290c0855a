#include "web/lists.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "storage/listing.h"
#include "web/csv.h"
#include "web/cursor.h"

namespace rw::web {
namespace {

std::vector<Json> items_of(storage::ListPage found, const ListSpec& spec, FinishItem finish) {
  const storage::ListPage page = with_time_name(std::move(found), spec.time_name);
  std::vector<Json> items = render_items(page);
  if (finish != nullptr) {
    for (Json& item : items) finish(item);
  }
  return items;
}

// The fields alone, in their order; one that an item does not have is left out. "row.dest" is the member of a member.
Json only_fields(const Json& item, const std::vector<std::string>& fields) {
  Json shown = Json::object();
  for (const std::string& field : fields) {
    auto value = item.find(field);
    if (value == item.end()) {
      const std::size_t dot = field.find('.');
      if (dot == std::string::npos) continue;
      const auto column = item.find(field.substr(0, dot));
      if (column == item.end() || !column->is_object()) continue;
      value = column->find(field.substr(dot + 1));
      if (value == column->end()) continue;
    }
    shown[field] = *value;
  }
  return shown;
}

std::vector<std::string> all_fields(const ListSpec& spec) {
  std::vector<std::string> fields = {"id"};
  for (const std::string_view column : storage::columns_of(spec.listing).columns) {
    fields.emplace_back(column == "time" ? spec.time_name : column);
  }
  return fields;
}

void append_line(std::string& out, const Json& item) {
  out += item.dump(-1, ' ', false, Json::error_handler_t::replace);
  out += '\n';
}

struct Paging {
  std::string name;  // that of the spec does not live so long
  ReaderPool::Lease reader;
  storage::ListRequest list;
  ListSpec spec;
  FinishItem finish;
  std::int64_t left;
  storage::ListPage page;
  std::string head;
  AppendItem append;
};

// False: the store could not go on, or the client.
bool send_pages(Paging& paging, http::BodySink& sink) {
  if (!sink.write(paging.head)) return false;
  while (true) {
    std::optional<storage::ListPlace> after = std::move(paging.page.next);
    std::string body;
    for (const Json& item : items_of(std::move(paging.page), paging.spec, paging.finish)) {
      if (paging.left-- == 0) return true;
      body.clear();
      paging.append(body, item);
      if (!sink.write(body)) return false;
    }
    if (!after || paging.left <= 0) return true;
    paging.list.after = std::move(after);
    core::Result<storage::ListPage> next = paging.reader->list(paging.list);
    if (!next.ok()) {
      spdlog::warn("api: {} broke off: {}", paging.name, next.error().message);
      return false;
    }
    paging.page = std::move(next).value();
  }
}

}  // namespace

storage::ListPage with_time_name(storage::ListPage page, std::string_view time_name) {
  for (std::string& column : page.table.columns) {
    if (column != "time") continue;
    column = time_name;
    page.time_columns.emplace_back(time_name);
  }
  return page;
}

Answer answer_list(const Context& context, const http::Request& request, const ListSpec& spec, FinishItem finish) {
  RW_TRY(ListParameters parameters,
         parse_list_parameters(request, spec, context.sources.clock.now(), context.sources.zone));
  if (parameters.format == Format::kCsv) {
    std::vector<std::string> fields = parameters.fields.empty() ? all_fields(spec) : parameters.fields;
    std::string head;
    append_csv_header(head, fields);
    return stream_items(context, std::move(parameters.list), spec, finish, parameters.limit,
                        "text/csv; charset=utf-8; header=present", std::move(head),
                        [fields = std::move(fields)](std::string& body, const Json& item) {
                          append_csv(body, only_fields(item, fields), fields);
                        });
  }
  if (parameters.format == Format::kNdjson) {
    return stream_items(context, std::move(parameters.list), spec, finish, parameters.limit, "application/x-ndjson", {},
                        [fields = std::move(parameters.fields)](std::string& body, const Json& item) {
                          append_line(body, fields.empty() ? item : only_fields(item, fields));
                        });
  }
  RW_TRY(ReaderPool::Lease reader, context.readers.take());
  RW_TRY(storage::ListPage page, reader->list(parameters.list));
  const std::optional<storage::ListPlace> next = page.next;
  std::vector<Json> items = items_of(std::move(page), spec, finish);
  if (!parameters.fields.empty()) {
    for (Json& item : items) item = only_fields(item, parameters.fields);
  }
  std::optional<std::string> next_cursor;
  if (next) next_cursor = encode_cursor(spec.name, parameters.list.order, *next);
  return list_response(std::move(items), next_cursor);
}

Answer stream_items(const Context& context, storage::ListRequest list, const ListSpec& spec, FinishItem finish,
                    std::optional<std::int64_t> limit, std::string content_type, std::string head, AppendItem append) {
  const std::int64_t left = limit.value_or(std::numeric_limits<std::int64_t>::max());
  list.limit = static_cast<int>(std::min<std::int64_t>(list.limit, left));
  RW_TRY(ReaderPool::Lease reader, context.readers.take());
  RW_TRY(storage::ListPage page, reader->list(list));
  http::Response response;
  response.content_type = std::move(content_type);
  // Shared, as a function has to be copyable; there is one.
  response.source =
      [paging = std::make_shared<Paging>(Paging{std::string(spec.name), std::move(reader), std::move(list), spec,
                                                finish, left, std::move(page), std::move(head), std::move(append)})](
          http::BodySink& sink) { return send_pages(*paging, sink); };
  return response;
}

}  // namespace rw::web
