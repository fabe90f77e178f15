drop table consents;
drop table browser_sessions;
