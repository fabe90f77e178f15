### What is wrong with a field, as Django REST framework and Django phrase it. Apps match on these sentences:
### they are part of the published contract.

field-required = This field is required.
field-blank = This field may not be blank.
field-null = This field may not be null.
field-not-a-string = Not a valid string.
field-not-an-integer = A valid integer is required.
field-nul = Null characters are not allowed.
field-control = Control characters are not allowed.
field-not-an-email = Enter a valid email address.
field-taken = An account with this email already exists.
field-username-taken = An account with this username already exists.
field-reserved = This name is reserved.
field-username-signs = Enter a valid username. It may contain letters, numbers and a few signs only.
field-username-poses = A username may not be somebody else's email address.
field-login-mismatch = The two fields didn't match.
field-password-mismatch = The two password fields didn't match.
field-password-common = This password is too common.
field-password-numeric = This password is entirely numeric.
field-wrong-password = Invalid password.
field-not-a-choice = This is not a valid choice.
field-not-an-object = Invalid data. Expected an object.
field-not-a-language = Enter a language: at most 32 letters, digits and signs of + # . _ -.
field-too-deep = Ensure this is nested no deeper than { $most } levels.
field-too-many = Ensure there are no more than { $most } of these.
field-too-long = Ensure this field has no more than { $most } characters.
field-password-too-short = This password is too short. It must contain at least { $least } characters.
field-password-too-long = This password is too long. It must contain at most { $most } characters.
field-password-similar = The password is too similar to the { $attribute }.
