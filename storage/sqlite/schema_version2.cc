#include "storage/sqlite/schema_versions.h"

namespace rw::storage::sqlite {

const char* const kSchemaVersion2 = R"sql(
DROP VIEW Registry;
DROP VIEW Processes;

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
  ifnull(CASE typeof(e.value_data) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.value_data)
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

CREATE VIEW Processes AS
SELECT
  e.id,
  strftime('%Y-%m-%dT%H:%M:%S', e.time / 1000000, 'unixepoch') || printf('.%06dZ', e.time % 1000000) AS _time,
  'allowed' AS action,
  ifnull(tc.text, 'unknown') AS dest,
  ifnull((SELECT text FROM term WHERE id = e.user), 'unknown') AS user,
  ifnull((SELECT text FROM term WHERE id = e.parent_user), 'unknown') AS parent_user,
  ifnull(CASE typeof(e.process) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process)
         ELSE e.process END, 'unknown') AS process,
  ifnull(nullif(replace(tp.text, rtrim(tp.text, replace(tp.text, '\', '')), ''), ''), 'unknown') AS process_name,
  tp.text AS process_path,
  (SELECT text FROM term WHERE id = e.process_id) AS process_id,
  CASE typeof(e.process_guid) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process_guid)
       ELSE e.process_guid END AS process_guid,
  (SELECT text FROM term WHERE id = e.process_hash) AS process_hash,
  (SELECT text FROM term WHERE id = e.process_integrity_level) AS process_integrity_level,
  CASE typeof(e.process_current_directory)
       WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process_current_directory)
       ELSE e.process_current_directory END AS process_current_directory,
  ifnull((SELECT text FROM term WHERE id = e.original_file_name), 'unknown') AS original_file_name,
  ifnull(CASE typeof(e.parent_process) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.parent_process)
         ELSE e.parent_process END, 'unknown') AS parent_process,
  ifnull(nullif(replace(tq.text, rtrim(tq.text, replace(tq.text, '\', '')), ''), ''), 'unknown') AS parent_process_name,
  tq.text AS parent_process_path,
  (SELECT text FROM term WHERE id = e.parent_process_id) AS parent_process_id,
  CASE typeof(e.parent_process_guid) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.parent_process_guid)
       ELSE e.parent_process_guid END AS parent_process_guid,
  CASE th.text COLLATE NOCASE
    WHEN 'Microsoft-Windows-Sysmon' THEN 'Microsoft Sysmon'
    WHEN 'Microsoft-Windows-Security-Auditing' THEN 'Microsoft Windows'
    ELSE th.text
  END AS vendor_product,
  (SELECT text FROM term WHERE id = e.user_domain) AS user_domain,
  (SELECT text FROM term WHERE id = e.parent_user_domain) AS parent_user_domain,
  (SELECT text FROM term WHERE id = e.image_version) AS image_version,
  (SELECT text FROM term WHERE id = e.session) AS session,
  s.event_id AS EventID,
  (SELECT text FROM term WHERE id = s.channel) AS Channel,
  iif(e.record_id < 0, printf('%u', e.record_id), e.record_id) AS EventRecordID,  -- an unsigned number
  CASE WHEN e.utc_time_delta_us IS NOT NULL THEN
    strftime('%Y-%m-%d %H:%M:%S', (e.time + e.utc_time_delta_us) / 1000000, 'unixepoch') ||
    printf('.%03d', (e.time + e.utc_time_delta_us) / 1000 % 1000) END AS UtcTime,
  (SELECT text FROM term WHERE id = s.envelope) AS envelope,
  CASE typeof(e.extra) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.extra) ELSE e.extra END AS extra,
  e.time AS time,
  e.time + e.delay_ms * 1000 AS received
FROM process_event e
JOIN source s ON s.id = e.source
LEFT JOIN term tc ON tc.id = s.computer
LEFT JOIN term th ON th.id = s.provider
LEFT JOIN term tp ON tp.id = e.process_path
LEFT JOIN term tq ON tq.id = e.parent_process_path;
)sql";

}  // namespace rw::storage::sqlite
