SELECT e.time AS c1,
       (e.risk_object) AS c2,
       (CASE WHEN json_valid(e.annotations) THEN CASE json_type(e.annotations, '$."mitre_attack.mitre_tactic"') WHEN 'array' THEN nullif(json_extract(e.annotations, '$."mitre_attack.mitre_tactic"'), '[]') END END) AS c3,
       (e.detection) AS c4,
       (CASE WHEN json_valid(e.annotations) THEN CASE json_type(e.annotations, '$."mitre_attack.mitre_technique_id"') WHEN 'array' THEN nullif(json_extract(e.annotations, '$."mitre_attack.mitre_technique_id"'), '[]') END END) AS c5
FROM risk_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
ORDER BY e.time DESC, e.id DESC
-- ?1 = 1774745400000000
-- ?2 = 1774749000000000
