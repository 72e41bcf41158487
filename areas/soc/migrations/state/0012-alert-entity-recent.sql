-- Alert ids are ordered by time: with the id in the index, correlation reads only the latest alerts of a busy address or host.
create index soc_alert_entity_recent on soc_alert_entity (tenant, type, value, alert_id desc);
drop index soc_alert_entity_value;
