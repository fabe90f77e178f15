### Что не так с полем.

field-required = Обязательное поле.
field-blank = Это поле не может быть пустым.
field-null = Это поле не может быть null.
field-not-a-string = Значение должно быть строкой.
field-not-an-integer = Введите целое число.
field-nul = Нулевые символы не допускаются.
field-control = Управляющие символы не допускаются.
field-not-an-email = Введите правильный адрес электронной почты.
field-taken = Учётная запись с таким адресом электронной почты уже существует.
field-username-taken = Учётная запись с таким именем пользователя уже существует.
field-reserved = Это имя зарезервировано.
field-username-signs = Введите правильное имя пользователя: допустимы только буквы, цифры и некоторые знаки.
field-username-poses = Чужой адрес электронной почты не может быть именем пользователя.
field-login-mismatch = Значения двух полей не совпадают.
field-password-mismatch = Введённые пароли не совпадают.
field-password-common = Этот пароль слишком распространён.
field-password-numeric = Этот пароль состоит только из цифр.
field-wrong-password = Неверный пароль.
field-not-a-choice = Такого варианта нет среди допустимых.
field-not-an-object = Неверные данные: ожидается объект.
field-not-a-language = Укажите язык: не более 32 букв, цифр и знаков + # . _ -.
field-too-deep =
    Глубина вложенности не должна превышать { $most } { $most ->
        [one] уровень
        [few] уровня
       *[many] уровней
    }.
field-too-many = Их может быть не больше { $most }.
field-too-long =
    Это поле должно содержать не более { $most } { $most ->
        [one] символа
       *[many] символов
    }.
field-password-too-short =
    Пароль слишком короткий. Он должен содержать как минимум { $least } { $least ->
        [one] символ
        [few] символа
       *[many] символов
    }.
field-password-too-long =
    Пароль слишком длинный. Он должен содержать не более { $most } { $most ->
        [one] символа
       *[many] символов
    }.
field-password-similar =
    Пароль слишком похож на { $attribute ->
        [username] имя пользователя
        [email] адрес электронной почты
        [email-address] адрес электронной почты
        [name] имя
        [first-name] имя
        [last-name] фамилию
       *[other] { $attribute }
    }.
