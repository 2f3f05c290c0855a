#include "storage/sqlite/schema_versions.h"

namespace rw::storage::sqlite {

// One index serves to find events of a time and to know the same event again: the second comes first. An event without
// record id is in it as well, and is never the same as another: nulls differ.
//
// Events from here on have "DWORD (0x00000001)" in value_data and null in details, where older ones have 0x00000001 in
// value_data.
const char* const kSchemaVersion14 = R"sql(
DROP INDEX registry_event_time;
DROP INDEX registry_event_identity;
DROP INDEX process_event_time;
DROP INDEX process_event_identity;
CREATE UNIQUE INDEX registry_event_identity ON registry_event (time / 1000000, origin, record_id);
CREATE UNIQUE INDEX process_event_identity ON process_event (time / 1000000, origin, record_id);

DROP VIEW Registry;

CREATE VIEW Registry AS
SELECT
  e.id,
  strftime('%Y-%m-%dT%H:%M:%S', e.time / 1000000, 'unixepoch') || printf('.%06dZ', e.time % 1000000) AS _time,
  ifnull(ta.text, 'unknown') AS action,
  ifnull(tc.text, 'unknown') AS dest,
  ifnull(tu.text, 'unknown') AS user,
  CASE
    WHEN tk.text || '\' LIKE 'HKLM\System\%' THEN 'HKEY_LOCAL_MACHINE\System'
    WHEN tk.text || '\' LIKE 'HKLM\SOFTWARE\%' OR tk.text || '\' LIKE 'HKCR\%' THEN 'HKEY_LOCAL_MACHINE\Software'
    WHEN tk.text || '\' LIKE 'HKLM\SAM\%' THEN 'HKEY_LOCAL_MACHINE\SAM'
    WHEN tk.text || '\' LIKE 'HKLM\SECURITY\%' THEN 'HKEY_LOCAL_MACHINE\Security'
    WHEN tk.text || '\' LIKE 'HKU\.DEFAULT\%' THEN 'HKEY_USERS\.DEFAULT'
    WHEN tk.text || '\' LIKE 'HKU\%' THEN 'HKEY_CURRENT_USER'
    WHEN tk.text || '\' LIKE 'HKCC\%' THEN 'HKEY_CURRENT_CONFIG'
  END AS registry_hive,
  tk.text || ifnull('\' || tv.text, '') AS registry_path,
  tk.text AS registry_key_name,
  ifnull(tv.text, 'unknown') AS registry_value_name,
  ifnull(CASE typeof(e.value_data) WHEN 'integer' THEN
           (SELECT CASE WHEN substr(text, 2, 8) = 'WORD (0x' AND substr(text, 1, 1) IN ('D', 'Q') AND
                             substr(text, -1) = ')' AND
                             rtrim(substr(text, 8, length(text) - 8), '0123456789ABCDEFabcdefx-') = ''
                   THEN substr(text, 8, length(text) - 8) ELSE text END FROM term WHERE id = e.value_data)
         ELSE e.value_data END, 'unknown') AS registry_value_data,
  ifnull((SELECT text FROM term WHERE id = e.value_type), 'unknown') AS registry_value_type,
  tg.text AS process_guid,
  ti.text AS process_id,
  ifnull(nullif(replace(tp.text, rtrim(tp.text, replace(tp.text, '\', '')), ''), ''), 'unknown') AS process_name,
  tp.text AS process_path,
  'success' AS status,
  CASE th.text COLLATE NOCASE
    WHEN 'Microsoft-Windows-Sysmon' THEN 'Microsoft Sysmon'
    WHEN 'Microsoft-Windows-Security-Auditing' THEN 'Microsoft Windows'
    ELSE th.text
  END AS vendor_product,
  td.text AS user_domain,
  CASE WHEN s.event_id <> 14 THEN
    ifnull(CASE typeof(e.details) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.details)
           ELSE e.details END,
           CASE typeof(e.value_data) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.value_data)
           ELSE e.value_data END) END AS Details,
  CASE WHEN s.event_id = 14 THEN
    CASE typeof(e.value_data) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.value_data)
    ELSE e.value_data END END AS NewName,
  (SELECT text FROM term WHERE id = s.event_type) AS EventType,
  s.event_id AS EventID,
  tn.text AS Channel,
  iif(e.record_id < 0, printf('%u', e.record_id), e.record_id) AS EventRecordID,  -- an unsigned number
  CASE WHEN e.utc_time_delta_us IS NOT NULL THEN
    strftime('%Y-%m-%d %H:%M:%S', (e.time + e.utc_time_delta_us) / 1000000, 'unixepoch') ||
    printf('.%03d', (e.time + e.utc_time_delta_us) / 1000 % 1000) END AS UtcTime,
  (SELECT text FROM term WHERE id = s.envelope) AS envelope,
  CASE typeof(e.extra) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.extra) ELSE e.extra END AS extra,
  e.time AS time,
  e.time + e.delay_ms * 1000 AS received
FROM registry_event e
JOIN registry_path p ON p.id = e.path
JOIN actor a ON a.id = e.actor
JOIN source s ON s.id = e.source
JOIN term tk ON tk.id = p.key_name
LEFT JOIN term tv ON tv.id = p.value_name
LEFT JOIN term ta ON ta.id = e.action
LEFT JOIN term tc ON tc.id = s.computer
LEFT JOIN term tn ON tn.id = s.channel
LEFT JOIN term th ON th.id = s.provider
LEFT JOIN term tu ON tu.id = a.user
LEFT JOIN term td ON td.id = a.user_domain
LEFT JOIN term tg ON tg.id = a.process_guid
LEFT JOIN term ti ON ti.id = a.process_id
LEFT JOIN term tp ON tp.id = a.process_path;
)sql";

}  // namespace rw::storage::sqlite
