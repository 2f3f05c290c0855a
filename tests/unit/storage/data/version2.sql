BEGIN TRANSACTION;
CREATE TABLE actor (
  id           INTEGER PRIMARY KEY,
  process_guid INTEGER REFERENCES term,
  process_id   INTEGER REFERENCES term,
  process_path INTEGER REFERENCES term,
  user         INTEGER REFERENCES term,
  user_domain  INTEGER REFERENCES term
);
INSERT INTO "actor" VALUES(1,10,11,12,13,14);
CREATE TABLE detection (
  id    TEXT PRIMARY KEY,
  name  TEXT NOT NULL,
  since INTEGER NOT NULL                      -- windows are owed from here on
) WITHOUT ROWID;
INSERT INTO "detection" VALUES('9c27ec42-d338-11eb-9044-acde48001122','Disable AMSI Through Registry',1795971336567997);
CREATE TABLE notable (
  id                 INTEGER PRIMARY KEY,
  identity           TEXT NOT NULL UNIQUE,
  time               INTEGER NOT NULL,
  created            INTEGER NOT NULL,
  detection_id       TEXT NOT NULL,
  detection          TEXT NOT NULL,
  detection_version  INTEGER NOT NULL,
  earliest           INTEGER NOT NULL,
  latest             INTEGER NOT NULL,
  rule_title         TEXT NOT NULL,
  rule_description   TEXT NOT NULL,
  security_domain    TEXT NOT NULL,
  severity           TEXT NOT NULL,
  status             TEXT NOT NULL DEFAULT 'new',
  owner              TEXT NOT NULL DEFAULT 'unassigned',
  disposition        TEXT NOT NULL DEFAULT 'undetermined',
  nes_fields         TEXT NOT NULL,           -- JSON
  drilldown_searches TEXT NOT NULL,           -- JSON
  annotations        TEXT NOT NULL,           -- JSON
  row                TEXT NOT NULL            -- JSON
);
INSERT INTO "notable" VALUES(1,'15430fb983a699badca637e5a9377520',1795971279000000,1795971360001626,'9c27ec42-d338-11eb-9044-acde48001122','Disable AMSI Through Registry',1,1795971060000000,1795971360000000,'Disable AMSI Through Registry','A registry value named AmsiEnable under "Software\Microsoft\Windows Script\Settings" was set to 0x00000000. Windows Script Host reads it before it runs JScript and VBScript, and with the value at zero it no longer offers scripts to the Antimalware Scan Interface (AMSI). The value lives in the user''s own hive, so no administrator''s rights are needed to write it. Ransomware and remote access trojans do this so that what they run next goes unscanned; scripts that this user started after the change deserve a close look.','endpoint','low','new','unassigned','undetermined','["user","dest"]','[{"name":"The detection''s results on WS0.example.test","search":"| tstats `security_content_summariesonly` count min(_time) as firstTime max(_time) as lastTime\n  FROM datamodel=Endpoint.Registry\n  WHERE (Registry.registry_path=\"*\\\\SOFTWARE\\\\Microsoft\\\\Windows Script\\\\Settings\\\\AmsiEnable\" Registry.registry_value_data=\"0x00000000\")\n  BY _time span=1h Registry.registry_path Registry.registry_key_name Registry.registry_value_name Registry.registry_value_data Registry.process_guid Registry.dest Registry.user\n| `drop_dm_object_name(Registry)`\n| where isnotnull(registry_value_data)\n| `security_content_ctime(firstTime)`\n| `security_content_ctime(lastTime)`\n| `disable_amsi_through_registry_filter` | search dest=\"WS0.example.test\"","earliest_offset":"1795971060","latest_offset":"1795971360"},{"name":"Everything the same program changed in the registry of WS0.example.test","search":"| tstats `security_content_summariesonly` count min(_time) as firstTime max(_time) as lastTime FROM datamodel=Endpoint.Registry WHERE Registry.dest=\"WS0.example.test\" Registry.process_guid=\"{2f1c0a11-77aa-6523-4a01-000000001100}\" BY Registry.registry_path Registry.registry_value_data Registry.action Registry.user | `drop_dm_object_name(Registry)` | `security_content_ctime(firstTime)` | `security_content_ctime(lastTime)`","earliest_offset":"1795971060","latest_offset":"1795971360"}]','{"mitre_attack":["T1562.001","T1562"],"analytic_story":["Ransomware","CISA AA23-347A","Windows Registry Abuse"],"cis20":["CIS 10"],"nist":["DE.CM"],"type":["TTP"],"data_source":["Sysmon EventID 13","Windows Event Log Security 4657"],"mitre_attack.mitre_technique_id":["T1562.001","T1562"],"mitre_attack.mitre_technique":["Disable or Modify Tools","Impair Defenses"],"mitre_attack.mitre_tactic":["defense-evasion"],"mitre_attack.mitre_tactic_id":["TA0005"],"kill_chain_phases":["Exploitation"]}','{"_time":"2026-11-29T16:00:00Z","registry_path":"HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows Script\\Settings\\AmsiEnable","registry_key_name":"HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows Script\\Settings","registry_value_name":"AmsiEnable","registry_value_data":"0x00000000","process_guid":"{2f1c0a11-77aa-6523-4a01-000000001100}","dest":"WS0.example.test","user":"admin","count":1,"firstTime":"2026-11-29T16:54:39","lastTime":"2026-11-29T16:54:39"}');
INSERT INTO "notable" VALUES(2,'43079c1730830403b7fcd5c393988949',1795971277000000,1795971360001626,'9c27ec42-d338-11eb-9044-acde48001122','Disable AMSI Through Registry',1,1795971060000000,1795971360000000,'Disable AMSI Through Registry','A registry value named AmsiEnable under "Software\Microsoft\Windows Script\Settings" was set to 0x00000000. Windows Script Host reads it before it runs JScript and VBScript, and with the value at zero it no longer offers scripts to the Antimalware Scan Interface (AMSI). The value lives in the user''s own hive, so no administrator''s rights are needed to write it. Ransomware and remote access trojans do this so that what they run next goes unscanned; scripts that this user started after the change deserve a close look.','endpoint','low','new','unassigned','undetermined','["user","dest"]','[{"name":"The detection''s results on WS1.example.test","search":"| tstats `security_content_summariesonly` count min(_time) as firstTime max(_time) as lastTime\n  FROM datamodel=Endpoint.Registry\n  WHERE (Registry.registry_path=\"*\\\\SOFTWARE\\\\Microsoft\\\\Windows Script\\\\Settings\\\\AmsiEnable\" Registry.registry_value_data=\"0x00000000\")\n  BY _time span=1h Registry.registry_path Registry.registry_key_name Registry.registry_value_name Registry.registry_value_data Registry.process_guid Registry.dest Registry.user\n| `drop_dm_object_name(Registry)`\n| where isnotnull(registry_value_data)\n| `security_content_ctime(firstTime)`\n| `security_content_ctime(lastTime)`\n| `disable_amsi_through_registry_filter` | search dest=\"WS1.example.test\"","earliest_offset":"1795971060","latest_offset":"1795971360"},{"name":"Everything the same program changed in the registry of WS1.example.test","search":"| tstats `security_content_summariesonly` count min(_time) as firstTime max(_time) as lastTime FROM datamodel=Endpoint.Registry WHERE Registry.dest=\"WS1.example.test\" Registry.process_guid=\"{2f1c0a11-77aa-6523-4a01-000000001100}\" BY Registry.registry_path Registry.registry_value_data Registry.action Registry.user | `drop_dm_object_name(Registry)` | `security_content_ctime(firstTime)` | `security_content_ctime(lastTime)`","earliest_offset":"1795971060","latest_offset":"1795971360"}]','{"mitre_attack":["T1562.001","T1562"],"analytic_story":["Ransomware","CISA AA23-347A","Windows Registry Abuse"],"cis20":["CIS 10"],"nist":["DE.CM"],"type":["TTP"],"data_source":["Sysmon EventID 13","Windows Event Log Security 4657"],"mitre_attack.mitre_technique_id":["T1562.001","T1562"],"mitre_attack.mitre_technique":["Disable or Modify Tools","Impair Defenses"],"mitre_attack.mitre_tactic":["defense-evasion"],"mitre_attack.mitre_tactic_id":["TA0005"],"kill_chain_phases":["Exploitation"]}','{"_time":"2026-11-29T16:00:00Z","registry_path":"HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows Script\\Settings\\AmsiEnable","registry_key_name":"HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows Script\\Settings","registry_value_name":"AmsiEnable","registry_value_data":"0x00000000","process_guid":"{2f1c0a11-77aa-6523-4a01-000000001100}","dest":"WS1.example.test","user":"admin","count":1,"firstTime":"2026-11-29T16:54:37","lastTime":"2026-11-29T16:54:37"}');
INSERT INTO "notable" VALUES(3,'76714537e7109f701926d59c9a50eb2f',1795971278000000,1795971360001626,'9c27ec42-d338-11eb-9044-acde48001122','Disable AMSI Through Registry',1,1795971060000000,1795971360000000,'Disable AMSI Through Registry','A registry value named AmsiEnable under "Software\Microsoft\Windows Script\Settings" was set to 0x00000000. Windows Script Host reads it before it runs JScript and VBScript, and with the value at zero it no longer offers scripts to the Antimalware Scan Interface (AMSI). The value lives in the user''s own hive, so no administrator''s rights are needed to write it. Ransomware and remote access trojans do this so that what they run next goes unscanned; scripts that this user started after the change deserve a close look.','endpoint','low','new','unassigned','undetermined','["user","dest"]','[{"name":"The detection''s results on WS2.example.test","search":"| tstats `security_content_summariesonly` count min(_time) as firstTime max(_time) as lastTime\n  FROM datamodel=Endpoint.Registry\n  WHERE (Registry.registry_path=\"*\\\\SOFTWARE\\\\Microsoft\\\\Windows Script\\\\Settings\\\\AmsiEnable\" Registry.registry_value_data=\"0x00000000\")\n  BY _time span=1h Registry.registry_path Registry.registry_key_name Registry.registry_value_name Registry.registry_value_data Registry.process_guid Registry.dest Registry.user\n| `drop_dm_object_name(Registry)`\n| where isnotnull(registry_value_data)\n| `security_content_ctime(firstTime)`\n| `security_content_ctime(lastTime)`\n| `disable_amsi_through_registry_filter` | search dest=\"WS2.example.test\"","earliest_offset":"1795971060","latest_offset":"1795971360"},{"name":"Everything the same program changed in the registry of WS2.example.test","search":"| tstats `security_content_summariesonly` count min(_time) as firstTime max(_time) as lastTime FROM datamodel=Endpoint.Registry WHERE Registry.dest=\"WS2.example.test\" Registry.process_guid=\"{2f1c0a11-77aa-6523-4a01-000000001100}\" BY Registry.registry_path Registry.registry_value_data Registry.action Registry.user | `drop_dm_object_name(Registry)` | `security_content_ctime(firstTime)` | `security_content_ctime(lastTime)`","earliest_offset":"1795971060","latest_offset":"1795971360"}]','{"mitre_attack":["T1562.001","T1562"],"analytic_story":["Ransomware","CISA AA23-347A","Windows Registry Abuse"],"cis20":["CIS 10"],"nist":["DE.CM"],"type":["TTP"],"data_source":["Sysmon EventID 13","Windows Event Log Security 4657"],"mitre_attack.mitre_technique_id":["T1562.001","T1562"],"mitre_attack.mitre_technique":["Disable or Modify Tools","Impair Defenses"],"mitre_attack.mitre_tactic":["defense-evasion"],"mitre_attack.mitre_tactic_id":["TA0005"],"kill_chain_phases":["Exploitation"]}','{"_time":"2026-11-29T16:00:00Z","registry_path":"HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows Script\\Settings\\AmsiEnable","registry_key_name":"HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows Script\\Settings","registry_value_name":"AmsiEnable","registry_value_data":"0x00000000","process_guid":"{2f1c0a11-77aa-6523-4a01-000000001100}","dest":"WS2.example.test","user":"admin","count":1,"firstTime":"2026-11-29T16:54:38","lastTime":"2026-11-29T16:54:38"}');
CREATE TABLE origin (
  id       INTEGER PRIMARY KEY,
  computer INTEGER REFERENCES term,
  channel  INTEGER REFERENCES term
);
INSERT INTO "origin" VALUES(1,6,7);
INSERT INTO "origin" VALUES(2,20,7);
INSERT INTO "origin" VALUES(3,22,7);
CREATE TABLE process_event (
  id                        INTEGER PRIMARY KEY,
  time                      INTEGER NOT NULL,
  delay_ms                  INTEGER NOT NULL,
  source                    INTEGER NOT NULL REFERENCES source,
  origin                    INTEGER NOT NULL REFERENCES origin,
  record_id                 INTEGER,
  user                      INTEGER,          -- term
  user_domain               INTEGER,          -- term
  parent_user               INTEGER,          -- term
  parent_user_domain        INTEGER,          -- term
  process,                                    -- mixed
  process_path              INTEGER,          -- term
  process_id                INTEGER,          -- term
  process_guid,                               -- mixed
  process_hash              INTEGER,          -- term
  process_integrity_level   INTEGER,          -- term
  process_current_directory,                  -- mixed
  original_file_name        INTEGER,          -- term
  parent_process,                             -- mixed
  parent_process_path       INTEGER,          -- term
  parent_process_id         INTEGER,          -- term
  parent_process_guid,                        -- mixed
  image_version             INTEGER,          -- term, JSON object
  session                   INTEGER,          -- term, JSON object
  utc_time_delta_us         INTEGER,
  extra                                       -- mixed
);
INSERT INTO "process_event" VALUES(1,1795971276589005,60016,7,1,13,13,14,NULL,NULL,34,35,11,10,36,37,38,39,40,41,NULL,NULL,42,43,-5,44);
INSERT INTO "process_event" VALUES(2,1795971277589005,59016,8,1,14,13,14,NULL,NULL,'a.exe yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy',46,11,10,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,-5,44);
CREATE TABLE registry_event (
  id                INTEGER PRIMARY KEY,      -- order of arrival
  time              INTEGER NOT NULL,         -- microseconds UTC
  delay_ms          INTEGER NOT NULL,         -- received = time + delay
  source            INTEGER NOT NULL REFERENCES source,
  origin            INTEGER NOT NULL REFERENCES origin,
  record_id         INTEGER,
  path              INTEGER NOT NULL REFERENCES registry_path,
  actor             INTEGER NOT NULL REFERENCES actor,
  action            INTEGER,                  -- term
  value_data,                                 -- mixed
  value_type        INTEGER,                  -- term
  details,                                    -- mixed; null where it equals value_data
  utc_time_delta_us INTEGER,                  -- Sysmon's UtcTime - time
  extra                                       -- mixed; JSON object of the fields without a column
);
INSERT INTO "registry_event" VALUES(1,1795971277589005,59016,1,1,1,1,1,15,16,17,18,-5,NULL);
INSERT INTO "registry_event" VALUES(2,1795971278589005,58016,2,2,2,1,1,15,16,17,18,-5,NULL);
INSERT INTO "registry_event" VALUES(3,1795971279589005,57016,3,3,3,1,1,15,16,17,18,-5,NULL);
INSERT INTO "registry_event" VALUES(4,1795971276589005,60016,4,1,10,2,1,26,NULL,NULL,NULL,-5,NULL);
INSERT INTO "registry_event" VALUES(5,1795971276589005,60016,5,1,11,3,1,15,30,NULL,NULL,-5,NULL);
INSERT INTO "registry_event" VALUES(6,1795971276589005,60016,6,1,12,4,1,15,'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',NULL,NULL,-5,NULL);
CREATE TABLE registry_path (
  id         INTEGER PRIMARY KEY,
  key_name   INTEGER NOT NULL REFERENCES term,
  value_name INTEGER REFERENCES term          -- null: the event is about the key
);
INSERT INTO "registry_path" VALUES(1,8,9);
INSERT INTO "registry_path" VALUES(2,25,NULL);
INSERT INTO "registry_path" VALUES(3,29,NULL);
INSERT INTO "registry_path" VALUES(4,31,32);
CREATE TABLE rejected (
  id         INTEGER PRIMARY KEY,
  time       INTEGER NOT NULL,
  input      TEXT NOT NULL,
  peer       TEXT NOT NULL,
  reason     TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  sample     BLOB NOT NULL
);
INSERT INTO "rejected" VALUES(1,1795971336614700,'syslog/tcp','127.0.0.1:52440','not a Windows event: expected Windows Event XML, JSON, or the text of a Windows log forwarder',16,X'74686973206973206E6F206576656E74');
CREATE TABLE risk_event (
  id                INTEGER PRIMARY KEY,
  identity          TEXT NOT NULL UNIQUE,
  time              INTEGER NOT NULL,
  created           INTEGER NOT NULL,
  detection_id      TEXT NOT NULL,
  detection         TEXT NOT NULL,
  detection_version INTEGER NOT NULL,
  earliest          INTEGER NOT NULL,
  latest            INTEGER NOT NULL,
  risk_object       TEXT NOT NULL,
  risk_object_type  TEXT NOT NULL,
  risk_object_field TEXT NOT NULL,
  risk_score        INTEGER NOT NULL,
  risk_message      TEXT NOT NULL,
  threat_objects    TEXT NOT NULL,            -- JSON
  annotations       TEXT NOT NULL,            -- JSON
  row               TEXT NOT NULL             -- JSON
);
INSERT INTO "risk_event" VALUES(1,'da3a561a6a16cd7300c9ba9474db9ebd',1795971279000000,1795971360001626,'9c27ec42-d338-11eb-9044-acde48001122','Disable AMSI Through Registry',1,1795971060000000,1795971360000000,'WS0.example.test','system','dest',25,'Disable AMSI Through Registry on WS0.example.test','[]','{"mitre_attack":["T1562.001","T1562"],"analytic_story":["Ransomware","CISA AA23-347A","Windows Registry Abuse"],"cis20":["CIS 10"],"nist":["DE.CM"],"type":["TTP"],"data_source":["Sysmon EventID 13","Windows Event Log Security 4657"],"mitre_attack.mitre_technique_id":["T1562.001","T1562"],"mitre_attack.mitre_technique":["Disable or Modify Tools","Impair Defenses"],"mitre_attack.mitre_tactic":["defense-evasion"],"mitre_attack.mitre_tactic_id":["TA0005"],"kill_chain_phases":["Exploitation"]}','{"_time":"2026-11-29T16:00:00Z","registry_path":"HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows Script\\Settings\\AmsiEnable","registry_key_name":"HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows Script\\Settings","registry_value_name":"AmsiEnable","registry_value_data":"0x00000000","process_guid":"{2f1c0a11-77aa-6523-4a01-000000001100}","dest":"WS0.example.test","user":"admin","count":1,"firstTime":"2026-11-29T16:54:39","lastTime":"2026-11-29T16:54:39"}');
INSERT INTO "risk_event" VALUES(2,'f477cd85dd0c298220c6c6e28c066c1e',1795971277000000,1795971360001626,'9c27ec42-d338-11eb-9044-acde48001122','Disable AMSI Through Registry',1,1795971060000000,1795971360000000,'WS1.example.test','system','dest',25,'Disable AMSI Through Registry on WS1.example.test','[]','{"mitre_attack":["T1562.001","T1562"],"analytic_story":["Ransomware","CISA AA23-347A","Windows Registry Abuse"],"cis20":["CIS 10"],"nist":["DE.CM"],"type":["TTP"],"data_source":["Sysmon EventID 13","Windows Event Log Security 4657"],"mitre_attack.mitre_technique_id":["T1562.001","T1562"],"mitre_attack.mitre_technique":["Disable or Modify Tools","Impair Defenses"],"mitre_attack.mitre_tactic":["defense-evasion"],"mitre_attack.mitre_tactic_id":["TA0005"],"kill_chain_phases":["Exploitation"]}','{"_time":"2026-11-29T16:00:00Z","registry_path":"HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows Script\\Settings\\AmsiEnable","registry_key_name":"HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows Script\\Settings","registry_value_name":"AmsiEnable","registry_value_data":"0x00000000","process_guid":"{2f1c0a11-77aa-6523-4a01-000000001100}","dest":"WS1.example.test","user":"admin","count":1,"firstTime":"2026-11-29T16:54:37","lastTime":"2026-11-29T16:54:37"}');
INSERT INTO "risk_event" VALUES(3,'fc07ede01dc20212ea36efb903f9c3ba',1795971278000000,1795971360001626,'9c27ec42-d338-11eb-9044-acde48001122','Disable AMSI Through Registry',1,1795971060000000,1795971360000000,'WS2.example.test','system','dest',25,'Disable AMSI Through Registry on WS2.example.test','[]','{"mitre_attack":["T1562.001","T1562"],"analytic_story":["Ransomware","CISA AA23-347A","Windows Registry Abuse"],"cis20":["CIS 10"],"nist":["DE.CM"],"type":["TTP"],"data_source":["Sysmon EventID 13","Windows Event Log Security 4657"],"mitre_attack.mitre_technique_id":["T1562.001","T1562"],"mitre_attack.mitre_technique":["Disable or Modify Tools","Impair Defenses"],"mitre_attack.mitre_tactic":["defense-evasion"],"mitre_attack.mitre_tactic_id":["TA0005"],"kill_chain_phases":["Exploitation"]}','{"_time":"2026-11-29T16:00:00Z","registry_path":"HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows Script\\Settings\\AmsiEnable","registry_key_name":"HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows Script\\Settings","registry_value_name":"AmsiEnable","registry_value_data":"0x00000000","process_guid":"{2f1c0a11-77aa-6523-4a01-000000001100}","dest":"WS2.example.test","user":"admin","count":1,"firstTime":"2026-11-29T16:54:38","lastTime":"2026-11-29T16:54:38"}');
CREATE TABLE run (
  id             INTEGER PRIMARY KEY,
  detection_id   TEXT NOT NULL,
  detection      TEXT NOT NULL,
  kind           TEXT NOT NULL CHECK (kind IN ('scheduled', 'manual')),
  scheduled_time INTEGER NOT NULL,
  earliest       INTEGER NOT NULL,
  latest         INTEGER NOT NULL,
  started        INTEGER NOT NULL,
  finished       INTEGER NOT NULL,
  status         TEXT NOT NULL CHECK (status IN ('done', 'failed', 'missed')),
  result_count   INTEGER NOT NULL,
  error          TEXT
);
INSERT INTO "run" VALUES(1,'9c27ec42-d338-11eb-9044-acde48001122','Disable AMSI Through Registry','scheduled',1795971360000000,1795971060000000,1795971360000000,1795971360000286,1795971360001626,'done',3,NULL);
CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied INTEGER NOT NULL);
INSERT INTO "schema_version" VALUES(1,1790000000000000);
INSERT INTO "schema_version" VALUES(2,1790000000000000);
CREATE TABLE source (
  id         INTEGER PRIMARY KEY,
  computer   INTEGER REFERENCES term,
  channel    INTEGER REFERENCES term,
  provider   INTEGER REFERENCES term,
  event_id   INTEGER NOT NULL,
  event_type INTEGER REFERENCES term,
  envelope   INTEGER REFERENCES term          -- JSON object
);
INSERT INTO "source" VALUES(1,1,2,3,13,4,5);
INSERT INTO "source" VALUES(2,19,2,3,13,4,5);
INSERT INTO "source" VALUES(3,21,2,3,13,4,5);
INSERT INTO "source" VALUES(4,6,2,3,12,23,24);
INSERT INTO "source" VALUES(5,6,2,3,14,27,28);
INSERT INTO "source" VALUES(6,6,2,3,13,4,5);
INSERT INTO "source" VALUES(7,6,2,3,1,NULL,33);
INSERT INTO "source" VALUES(8,45,2,3,1,NULL,33);
CREATE TABLE term (
  id   INTEGER PRIMARY KEY,
  text TEXT NOT NULL
);
INSERT INTO "term" VALUES(1,'WS1.example.test');
INSERT INTO "term" VALUES(2,'Microsoft-Windows-Sysmon/Operational');
INSERT INTO "term" VALUES(3,'Microsoft-Windows-Sysmon');
INSERT INTO "term" VALUES(4,'SetValue');
INSERT INTO "term" VALUES(5,'{"ProviderGuid":"{5770385f-c22a-43e0-bf4c-06f5698ffbd9}","Version":"2","Level":"4","Task":"13","Opcode":"0","Keywords":"0x8000000000000000","ExecutionProcessID":"2212","ExecutionThreadID":"3340","UserID":"S-1-5-18","RuleName":"-"}');
INSERT INTO "term" VALUES(6,'ws1.example.test');
INSERT INTO "term" VALUES(7,'microsoft-windows-sysmon/operational');
INSERT INTO "term" VALUES(8,'HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Windows Script\Settings');
INSERT INTO "term" VALUES(9,'AmsiEnable');
INSERT INTO "term" VALUES(10,'{2f1c0a11-77aa-6523-4a01-000000001100}');
INSERT INTO "term" VALUES(11,'4321');
INSERT INTO "term" VALUES(12,'C:\Windows\System32\reg.exe');
INSERT INTO "term" VALUES(13,'admin');
INSERT INTO "term" VALUES(14,'WS1');
INSERT INTO "term" VALUES(15,'modified');
INSERT INTO "term" VALUES(16,'0x00000000');
INSERT INTO "term" VALUES(17,'REG_DWORD');
INSERT INTO "term" VALUES(18,'DWORD (0x00000000)');
INSERT INTO "term" VALUES(19,'WS2.example.test');
INSERT INTO "term" VALUES(20,'ws2.example.test');
INSERT INTO "term" VALUES(21,'WS0.example.test');
INSERT INTO "term" VALUES(22,'ws0.example.test');
INSERT INTO "term" VALUES(23,'CreateKey');
INSERT INTO "term" VALUES(24,'{"ProviderGuid":"{5770385f-c22a-43e0-bf4c-06f5698ffbd9}","Version":"2","Level":"4","Task":"12","Opcode":"0","Keywords":"0x8000000000000000","ExecutionProcessID":"2212","ExecutionThreadID":"3340","UserID":"S-1-5-18","RuleName":"-"}');
INSERT INTO "term" VALUES(25,'HKLM\SOFTWARE\Größe\Key');
INSERT INTO "term" VALUES(26,'created');
INSERT INTO "term" VALUES(27,'RenameKey');
INSERT INTO "term" VALUES(28,'{"ProviderGuid":"{5770385f-c22a-43e0-bf4c-06f5698ffbd9}","Version":"2","Level":"4","Task":"14","Opcode":"0","Keywords":"0x8000000000000000","ExecutionProcessID":"2212","ExecutionThreadID":"3340","UserID":"S-1-5-18","RuleName":"-"}');
INSERT INTO "term" VALUES(29,'HKLM\SOFTWARE\Old');
INSERT INTO "term" VALUES(30,'HKLM\SOFTWARE\New');
INSERT INTO "term" VALUES(31,'HKLM\SOFTWARE');
INSERT INTO "term" VALUES(32,'Long');
INSERT INTO "term" VALUES(33,'{"ProviderGuid":"{5770385f-c22a-43e0-bf4c-06f5698ffbd9}","Version":"2","Level":"4","Task":"1","Opcode":"0","Keywords":"0x8000000000000000","ExecutionProcessID":"2212","ExecutionThreadID":"3340","UserID":"S-1-5-18","RuleName":"-"}');
INSERT INTO "term" VALUES(34,'cmd /c echo 1');
INSERT INTO "term" VALUES(35,'C:\Windows\System32\cmd.exe');
INSERT INTO "term" VALUES(36,'MD5=00');
INSERT INTO "term" VALUES(37,'high');
INSERT INTO "term" VALUES(38,'C:\');
INSERT INTO "term" VALUES(39,'Cmd.Exe');
INSERT INTO "term" VALUES(40,'explorer');
INSERT INTO "term" VALUES(41,'C:\Windows\explorer.exe');
INSERT INTO "term" VALUES(42,'{"Company":"Microsoft"}');
INSERT INTO "term" VALUES(43,'{"LogonId":"0x3e7"}');
INSERT INTO "term" VALUES(44,'{"TargetObject":"HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows Script\\Settings\\AmsiEnable"}');
INSERT INTO "term" VALUES(45,'ws1.EXAMPLE.test');
INSERT INTO "term" VALUES(46,'C:\t\a.exe');
CREATE INDEX registry_event_time ON registry_event (time);
CREATE UNIQUE INDEX registry_event_identity ON registry_event (origin, record_id, time / 1000000)
  WHERE record_id IS NOT NULL;
CREATE INDEX process_event_time ON process_event (time);
CREATE UNIQUE INDEX process_event_identity ON process_event (origin, record_id, time / 1000000)
  WHERE record_id IS NOT NULL;
CREATE INDEX run_ledger ON run (detection_id, kind, scheduled_time);
CREATE INDEX risk_event_time ON risk_event (time);
CREATE INDEX notable_time ON notable (time);
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
COMMIT;
