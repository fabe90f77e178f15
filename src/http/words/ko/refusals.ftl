### 요청이 이루어지지 않은 까닭.

## 누가 요청하는가

no-credential = 자격 인증 정보가 제공되지 않았습니다.
invalid-token = 토큰이 유효하지 않습니다.
jwt-not-good = 유효하지 않거나 만료된 토큰입니다
jwt-of-no-type = 이 토큰은 어떤 토큰 유형으로도 유효하지 않습니다
jwt-blacklisted = 차단된 토큰입니다
jwt-names-nobody = 토큰에 사용자를 식별할 정보가 없습니다
bad-authorization-header = Authorization 헤더는 공백으로 구분된 두 값으로 이루어져야 합니다
user-not-found = 사용자를 찾을 수 없습니다
user-inactive = 비활성화된 사용자입니다
no-active-account = 입력하신 정보와 일치하는 활성 계정이 없습니다
cannot-log-in = 입력하신 정보로는 로그인할 수 없습니다.
wrong-email-or-password = 이메일 주소 또는 비밀번호가 올바르지 않습니다.
access-token-not-good = 액세스 토큰이 유효하지 않습니다.
refresh-token-not-good = 리프레시 토큰이 유효하지 않습니다.
unknown-refresh-token = 알 수 없는 리프레시 토큰입니다.
header-missing = Authorization 헤더가 없습니다.
no-such-login = 이름과 비밀번호가 일치하는 계정이 없습니다.
no-such-user = 그런 사용자가 없습니다.
token-not-good = 토큰이 유효하지 않습니다.

## 메일

bad-uid = 사용자 ID가 올바르지 않거나 존재하지 않는 사용자입니다.
bad-mail-token = 이 사용자에게 유효하지 않은 토큰입니다.
stale-mail-token = 이미 사용된 토큰입니다.
bad-link = 링크가 유효하지 않습니다.
bad-restoring-token = 복구 토큰이 올바르지 않거나 이미 사용되었거나 만료되었습니다.

## 제공자

provider-refused = 제공자가 이 로그인을 확인해 주지 않았습니다.
provider-gave-no-email = 제공자가 이메일 주소를 알려 주지 않았습니다. 이곳에서는 이메일 주소가 필요합니다.
link-refused = 이 이메일 주소를 사용하는 계정이 이미 있습니다. 그 계정으로 로그인한 뒤 제공자를 연결해 주세요.
unknown-provider = 그런 이름의 제공자가 없습니다.
last-login = 이 계정에 로그인할 수 있는 유일한 방법입니다. 먼저 비밀번호를 설정해 주세요.
redirect-not-allowed = redirect_uri는 이 서버에서 허용한 주소 가운데 하나여야 합니다.
provider-unavailable = 지금은 제공자에게 연결할 수 없습니다.
provider-not-asked = 제공자에게 연결할 수 없습니다.
provider-malformed = 제공자가 알 수 없는 응답을 보냈습니다.
unknown-client = 이 client_id를 가진 애플리케이션이 없습니다.

## 요청한 것

not-found = 찾을 수 없습니다.
not-allowed = 이 작업을 수행할 권한이 없습니다.
not-allowed-here = 허용되지 않습니다.
changed = 그사이에 내용이 바뀌었습니다. 다시 읽은 뒤에 변경해 주세요.
too-large = 보관할 수 있는 크기를 넘었습니다.
throttled = 요청이 제한되었습니다. { $wait }초 뒤에 다시 시도해 주세요.
too-many = 요청이 너무 많습니다.
refused = 요청이 거부되었습니다.
method-not-allowed = 허용되지 않는 메서드입니다.
only-post = POST만 사용할 수 있습니다.

## 본문

body-type = 지원하지 않는 미디어 유형입니다. application/json, application/x-www-form-urlencoded, multipart/form-data 가운데 하나를 UTF-8로 보내 주세요.
body-too-large = 요청 본문이 너무 큽니다.
body-too-slow = 요청 본문이 제시간에 도착하지 않았습니다.
body-malformed = 요청 본문을 읽을 수 없습니다: { $how }.

## 서버의 문제

busy = 지금은 서버가 바쁩니다. 다시 시도해 주세요.
busy-briefly = 지금은 서버가 바쁩니다.
fault = 서버에 문제가 생겼습니다.

## 이루어진 일

letter-on-its-way = 이 주소를 사용하는 계정이 있다면 곧 메일이 도착합니다.
password-changed = 비밀번호가 변경되었습니다.
logged-out = 로그아웃했습니다.
good-until = 토큰은 { $end }까지 유효합니다.
