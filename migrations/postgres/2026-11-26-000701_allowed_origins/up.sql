-- Where scripts run that may call for a client and read the answers (CORS).
alter table clients add column allowed_origins text not null default '';
