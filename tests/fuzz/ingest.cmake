rw_fuzz(event_json DEPS rw_ingest)
rw_fuzz(event_xml DEPS rw_ingest)
rw_fuzz(syslog_header DEPS rw_syslog)
rw_fuzz(syslog_stream DEPS rw_framing)
