drop table device_codes;
