### 처리 과정에서 직접 밝히는 까닭.

phrase-cut-off = 본문이 도중에 끊겼습니다
phrase-no-boundary = multipart 유형에 경계가 지정되지 않았습니다
phrase-no-limits = 서버에 본문 제한이 설정되어 있지 않습니다
phrase-not-json = JSON이 아닙니다
phrase-not-json-or-twice = JSON이 아니거나 같은 이름이 두 번 나옵니다
phrase-not-multipart = multipart가 아닙니다
phrase-not-utf8 = UTF-8이 아닙니다
phrase-nameless-part = 이름이 없는 부분이 있습니다
phrase-twice = 같은 이름이 두 번 나옵니다
phrase-nul = 값에 NUL 문자가 있습니다
phrase-email-as-name = 값을 보내거나 email_as_name: true를 보내 주세요.
phrase-restoring = restoring_email을 보내거나, restoring_token과 restoring_password를 함께 보내 주세요.
phrase-code-verifier = 코드에는 code_verifier가 함께 있어야 합니다
phrase-redirect-uri = redirect_uri가 절대 주소가 아닙니다
phrase-vk-code = VK 코드에는 code_verifier와 device_id가 함께 있어야 합니다
phrase-token-signs = 토큰은 공백 없이 출력 가능한 ASCII 문자 1~16384자여야 합니다
phrase-companion-signs = 토큰과 함께 보내는 값은 공백 없는 출력 가능한 ASCII 문자이거나 생략해야 합니다
phrase-token-kind = 이 제공자는 이런 종류의 토큰을 받도록 설정되어 있지 않습니다
