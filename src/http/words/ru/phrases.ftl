### Причины, которые называют сами действия.

phrase-cut-off = тело оборвалось
phrase-no-boundary = в типе multipart не указана граница
phrase-no-limits = на сервере не заданы пределы для тела
phrase-not-json = это не JSON
phrase-not-json-or-twice = это не JSON, или имя встречается дважды
phrase-not-multipart = это не multipart
phrase-not-utf8 = это не UTF-8
phrase-nameless-part = у одной из частей нет имени
phrase-twice = имя встречается дважды
phrase-nul = значение содержит символ NUL
phrase-email-as-name = Укажите его или отправьте email_as_name: true.
phrase-restoring = Отправьте restoring_email либо restoring_token и restoring_password.
phrase-code-verifier = вместе с кодом нужен его code_verifier
phrase-redirect-uri = redirect_uri не является абсолютным адресом
phrase-vk-code = вместе с кодом VK нужны code_verifier и device_id
phrase-token-signs = токен должен состоять из 1–16384 печатных символов ASCII без пробелов
phrase-companion-signs = то, что передаётся вместе с токеном, должно состоять из печатных символов ASCII без пробелов или отсутствовать
phrase-token-kind = этот провайдер не настроен принимать токены такого вида
