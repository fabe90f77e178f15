### Why something was not done, as djoser, simplejwt and the other contracts phrase it. Apps match on these
### sentences: they are part of the published contract.

## Who asks

no-credential = Authentication credentials were not provided.
invalid-token = Invalid token.
jwt-not-good = Token is invalid or expired
jwt-of-no-type = Given token not valid for any token type
jwt-blacklisted = Token is blacklisted
jwt-names-nobody = Token contained no recognizable user identification
bad-authorization-header = Authorization header must contain two space-delimited values
user-not-found = User not found
user-inactive = User is inactive
no-active-account = No active account found with the given credentials
cannot-log-in = Unable to log in with provided credentials.
wrong-email-or-password = Wrong email or password.
access-token-not-good = The access token is not valid.
refresh-token-not-good = The refresh token is not valid.
unknown-refresh-token = Unknown refresh token.
header-missing = The Authorization header is missing.
no-such-login = No account with this name and password.
no-such-user = No such user.
token-not-good = The token is not valid.

## Letters

bad-uid = Invalid user id or user doesn't exist.
bad-mail-token = Invalid token for given user.
stale-mail-token = Stale token for given user.
bad-link = The link is not valid.
bad-restoring-token = The restoring token is wrong, used or expired.

## Providers

provider-refused = The provider does not vouch for this sign-in.
provider-gave-no-email = The provider told no e-mail address, and one is needed here.
link-refused = An account with this e-mail address exists. Log in to it and connect the provider.
unknown-provider = No provider goes by this name here.
last-login = This is the only way to log in to the account. Set a password first.
redirect-not-allowed = redirect_uri must be one of those this installation allows.
provider-unavailable = The provider cannot be asked at the moment.
provider-not-asked = The provider cannot be asked.
provider-malformed = The provider gave no usable answer.
unknown-client = No application with this client_id.

## What was asked

not-found = Not found.
not-allowed = You do not have permission to perform this action.
not-allowed-here = This is not allowed.
changed = It was changed meanwhile. Read it again before you change it.
too-large = This is larger than what is kept.
throttled =
    Request was throttled. Expected available in { $wait ->
        [one] { $wait } second
       *[other] { $wait } seconds
    }.
too-many = Too many requests.
refused = The request was refused.
method-not-allowed = Method not allowed.
only-post = Only POST is taken here.

## Bodies

body-type = Unsupported media type. Send application/json, application/x-www-form-urlencoded or multipart/form-data, in UTF-8.
body-too-large = The request body is too large.
body-too-slow = The request body did not arrive in time.
body-malformed = The request body cannot be read: { $how }.

## Faults of ours

busy = Busy at the moment. Please try again.
busy-briefly = Busy at the moment.
fault = Something went wrong on our side.

## What was done

letter-on-its-way = If an account has this address, a letter is on its way to it.
password-changed = The password was changed.
logged-out = User logged out.
good-until = The token is valid until { $end }.
