### 입력란에 무엇이 잘못되었는지.

field-required = 필수 항목입니다.
field-blank = 이 항목은 비워 둘 수 없습니다.
field-null = 이 항목에는 null을 넣을 수 없습니다.
field-not-a-string = 올바른 문자열이 아닙니다.
field-not-an-integer = 정수를 입력해 주세요.
field-nul = 널 문자는 사용할 수 없습니다.
field-control = 제어 문자는 사용할 수 없습니다.
field-not-an-email = 올바른 이메일 주소를 입력해 주세요.
field-taken = 이 이메일 주소를 사용하는 계정이 이미 있습니다.
field-username-taken = 이 사용자 이름을 사용하는 계정이 이미 있습니다.
field-reserved = 사용할 수 없는 이름입니다.
field-username-signs = 올바른 사용자 이름을 입력해 주세요. 글자와 숫자, 일부 기호만 사용할 수 있습니다.
field-username-poses = 다른 사람의 이메일 주소는 사용자 이름으로 쓸 수 없습니다.
field-login-mismatch = 두 항목의 값이 서로 다릅니다.
field-password-mismatch = 두 비밀번호가 서로 다릅니다.
field-password-common = 너무 흔한 비밀번호입니다.
field-password-numeric = 비밀번호를 숫자로만 만들 수는 없습니다.
field-wrong-password = 비밀번호가 올바르지 않습니다.
field-not-a-choice = 선택할 수 없는 값입니다.
field-not-an-object = 잘못된 데이터입니다. 객체여야 합니다.
field-not-a-language = 언어를 입력해 주세요. 글자, 숫자, + # . _ - 기호로 32자까지 쓸 수 있습니다.
field-too-deep = 중첩은 { $most }단계까지만 가능합니다.
field-too-many = { $most }개까지만 가능합니다.
field-too-long = 이 항목은 { $most }자를 넘을 수 없습니다.
field-password-too-short = 비밀번호가 너무 짧습니다. { $least }자 이상이어야 합니다.
field-password-too-long = 비밀번호가 너무 깁니다. { $most }자 이하여야 합니다.
field-password-similar =
    비밀번호가 { $attribute ->
        [username] 사용자 이름과
        [email] 이메일 주소와
        [email-address] 이메일 주소와
        [name] 이름과
        [first-name] 이름과
        [last-name] 성과
       *[other] { $attribute } 항목과
    } 너무 비슷합니다.
