-- It was written once, never again and never read. What is not needed about people is not kept.
alter table identities drop column last_used_at;
